import Glibc
import Surroundings
import Testing

@testable import Settings

@Suite("Passwords in arguments")
struct SettingsArgumentTests {
    typealias Blank = ArgumentBlanking.Blank

    @Test(
        "The values of the password options are found in both spellings, and nothing else",
        arguments: [
            (["ufm", "--password", "a"], [Blank(argument: 3, offset: 0)]),
            (["--ufm-password=abc", "--list"], [Blank(argument: 1, offset: 15)]),
            (
                ["--etcd-password", "a", "--ufm-password", "b"],
                [Blank(argument: 2, offset: 0), Blank(argument: 4, offset: 0)]
            ),
            (["--password="], [Blank(argument: 1, offset: 11)]), (["--password"], []), ([], []),
            (["--etcd-prompt-password", "--list"], []), (["--passwords=a"], [Blank(argument: 1, offset: 12)]),
            (["--ufm-pasword", "abc"], [Blank(argument: 2, offset: 0)]),
            (["--password=", "abc"], [Blank(argument: 1, offset: 11), Blank(argument: 2, offset: 0)]),
            (["--bypass", "--list"], []),
            (["--etcd-user", "root"], []),
            (["--password", "--list"], [Blank(argument: 2, offset: 0)]),
        ] as [([String], [Blank])])
    func blanks(arguments: [String], expected: [Blank]) {
        #expect(ArgumentBlanking.blanks(in: ["surf-ufm-pkeyd"] + arguments) == expected)
    }

    @Test("A program that is called like an option has no password")
    func programName() {
        #expect(ArgumentBlanking.blanks(in: ["--password", "a"]).isEmpty)
        #expect(ArgumentBlanking.blanks(in: []).isEmpty)
    }

    @Test("Overwriting keeps the length, so that nothing after the argument is touched")
    func overwriting() throws {
        let memory = try #require(strdup("--password=se€ret"))
        defer { free(memory) }
        ArgumentBlanking.overwrite(memory, from: 11)
        #expect(String(cString: memory) == "--password=xxxxxxxx")
        ArgumentBlanking.overwrite(memory, from: 100)
        ArgumentBlanking.overwrite(nil, from: 0)
        #expect(strlen(memory) == 19)
    }

    @Test("The arguments of this process come back unchanged")
    func processArguments() {
        let before = CommandLine.arguments
        #expect(ArgumentBlanking.blankProcessArguments().texts == before)
        #expect(CommandLine.arguments == before)
    }
}
