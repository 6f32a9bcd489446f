import Surroundings
import Testing

@Suite("Other daemons on this host")
struct RivalDaemonsTests {
    private func complaints(_ words: String..., program: String? = nil) -> [String] {
        RivalDaemons.complaints(of: [.init(number: 7, words: words, program: program)])
    }

    @Test("pcocc's own pkeyd is named, however it was started")
    func pkeyd() throws {
        for words in [
            ["/usr/bin/pcocc", "internal", "pkeyd"], ["/usr/bin/python3", "/usr/bin/pcocc", "internal", "pkeyd"],
        ] {
            let said = RivalDaemons.complaints(of: [.init(number: 7, words: words, program: "/usr/bin/python3.11")])
            #expect(try #require(said.first).contains("pcocc's own pkeyd runs on this host (process 7)"))
        }
    }

    @Test("The predecessor is named, as a script and as a program")
    func predecessor() {
        #expect(complaints("/usr/bin/python3", "/usr/bin/surf_ufm_pkeyd").count == 1)
        #expect(complaints("python3", "-u", "./surf_ufm_pkeyd.py", "monitor").count == 1)
        #expect(complaints("/usr/bin/surf_ufm_pkeyd", "--debug", program: "/usr/bin/surf_ufm_pkeyd").count == 1)
    }

    @Test("Our own program by that name, tools, and what only speaks of them are none")
    func others() {
        #expect(complaints("surf_ufm_pkeyd", "monitor", program: "/usr/bin/surf-ufm-pkeyd").isEmpty)
        #expect(complaints("surf_ufm_pkeyd", program: "/usr/bin/surf-ufm-pkeyd (deleted)").isEmpty)
        #expect(complaints("surf_ufm_pkeyd").isEmpty)
        #expect(complaints("python3", "/usr/bin/surf_ufm_pkeyd", "ufm", "--list").isEmpty)
        #expect(complaints("python3", "/usr/bin/pcocc", "internal", "run").isEmpty)
        #expect(complaints("vi", "/etc/pcocc", "internal", "pkeyd.conf").isEmpty)
        #expect(complaints("grep", "-r", "x", "surf_ufm_pkeyd").isEmpty)
    }

    @Test("The processes of this system are found")
    func running() {
        #expect(RivalDaemons.running().contains { !$0.words.isEmpty && $0.program != nil })
    }
}
