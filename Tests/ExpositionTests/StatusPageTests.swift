import Exposition
import Fabric
import TestSupport
import Testing

@Suite("The page")
struct StatusPageTests {
    private static let hostile = "<script>alert(1)</script>\"'&\u{202e}\u{1b}[2J"

    private func row(
        _ number: Int, _ state: String = "synced", key: String = "/pkeys/k",
        members: [UInt64] = [0x043f_7203_00f5_5176],
        problem: String? = nil
    ) throws -> PartitionRow {
        PartitionRow(
            try PKey(parsing: "0x" + String(number, radix: 16)), state, isTroubled: state == "failing", key: key,
            revision: 7, members: members.compactMap(GUID.init), problem: problem)
    }

    private func page(_ rows: [PartitionRow], health: Probe = .well("ready"), search: String = "") -> StatusPage {
        StatusPage(
            title: "surf-ufm-pkeyd", health: health, summary: "\(rows.count) partitions",
            servers: [StatusPage.Server("UFM", isUp: true, "read")],
            table: PartitionTable(
                states: ["synced", "failing"], rows: rows, portsInSeveral: 0, portsAwaited: 0),
            search: PartitionSearch(search), now: "now")
    }

    private func text(_ page: StatusPage) -> String { page.document(nonce: "abc").text }

    @Test("All is in step, or it says what is not")
    func verdict() throws {
        #expect(text(page([])).contains("All is in step"))
        #expect(text(page([try row(5)])).contains("All is in step"))
        let failing = text(page([try row(5), try row(6, "failing", problem: "UFM says no")]))
        #expect(failing.contains("1 partitions are not in step") && failing.contains("UFM says no"))
        #expect(!failing.contains("All is in step") && failing.contains("<title>(!) "))
        let away = text(page([try row(5)], health: .ill("not ready: UFM does not answer")))
        #expect(away.contains("not ready: UFM does not answer") && !away.contains("All is in step"))
    }

    @Test("Whatever others have written, nothing of it is a tag, ends an attribute, or turns what follows")
    func escaping() throws {
        var page = page(
            [try row(5, "failing", key: Self.hostile, problem: Self.hostile)], health: .ill(Self.hostile),
            search: Self.hostile)
        page.title = Self.hostile
        page.summary = Self.hostile
        page.servers = [StatusPage.Server(Self.hostile, isUp: false, Self.hostile)]
        page.changes = [StatusPage.Line(Self.hostile, Self.hostile, [(key: Self.hostile, value: Self.hostile)])]
        page.troubles = page.changes
        page.now = Self.hostile
        let text = text(page)
        #expect(!text.contains("<script") && !text.contains("alert(1)</"))
        #expect(text.ranges(of: "&lt;script&gt;").count > 12)
        for scalar in text.unicodeScalars where scalar != "\n" {
            #expect(scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format)
        }
        let value = try #require(text.firstRange(of: "name=\"q\" value=\""))
        let attribute = text[value.upperBound...].prefix { $0 != "\"" }
        #expect(attribute.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"))
    }

    @Test("A quotation mark with a combining mark behind it is escaped, too", arguments: ["\"", "<", ">", "&", "'"])
    func combining(sign: String) throws {
        let text = text(page([], search: sign + "\u{301}x"))
        let value = try #require(text.firstRange(of: "name=\"q\" value=\""))
        #expect(
            !text[value.upperBound...].unicodeScalars.prefix(8).contains {
                "\"<>'".unicodeScalars.contains($0) && $0 != "\""
            })
        #expect(text[value.upperBound...].unicodeScalars.starts(with: "&".unicodeScalars))
    }

    @Test("Nothing is loaded, no script runs, and the style is the page's own")
    func policy() throws {
        let policy = StatusPage.policy(nonce: "abc")
        #expect(policy.contains("default-src 'none'") && policy.contains("'nonce-abc'"))
        #expect(!policy.contains("unsafe") && !policy.contains("*"))
        let text = text(page([try row(5)]))
        for word in ["<script", "src=", "<link", "<img", "style=", "http://", "https://", "@import", "url("] {
            #expect(!text.contains(word), "\(word)")
        }
        #expect(text.contains("<style nonce=\"abc\">"))
    }

    @Test("It reloads itself, and keeps what was searched for; or it is paused")
    func reload() throws {
        var page = page([], search: "0x2 é\"&")
        #expect(text(page).contains("<meta http-equiv=\"refresh\" content=\"5\">"))
        #expect(text(page).contains("?pause=1&amp;q=0x2%20%C3%A9%22%26\""))
        page.isPaused = true
        #expect(!text(page).contains("http-equiv"))
        #expect(text(page).contains("name=\"pause\" value=\"1\""))
    }

    @Test("At most 200 rows, those in trouble first, and how many there are")
    func rows() throws {
        var rows = try (1...4_000).map { try row($0) }
        rows[3_999] = try row(4_000, "failing")
        let text = text(page(rows))
        #expect(text.ranges(of: "<tr><td class=\"code\">").count == 200)
        #expect(text.contains("4000 PKeys; the first 200 are shown. In all: 3999 synced, 1 failing"))
        let first = try #require(text.firstRange(of: "<tr><td class=\"code\">"))
        #expect(text[first.upperBound...].hasPrefix("0xfa0<"))
        #expect(text.utf8.count < 200_000)
    }

    @Test(
        "PKeys are found by digits, ports by more of them, and states by their name",
        arguments: [
            ("", 3), ("0x20", 2), ("200e", 1), ("0X200E", 1), ("043f720300f55177", 1), ("0x043f720300f55176", 2),
            ("04:3f:72:03:00:f5:51:77", 1), ("f55177", 1), ("failing", 1), ("ffff", 0), ("nonsense", 0), ("5177", 0),
        ])
    func search(words: String, count: Int) throws {
        let table = PartitionTable(
            states: ["synced", "failing"],
            rows: [
                try row(0x1), try row(0x200e, "failing", members: [0x043f_7203_00f5_5177]), try row(0x200f),
            ], portsInSeveral: 0, portsAwaited: 0)
        #expect(PartitionSearch(words).found(in: table).count == count)
    }

    @Test("Whatever is typed, there is a page", arguments: Seed.several(5))
    func anything(seed: Seed) throws {
        var generator = SeededGenerator(seed)
        let rows = [try row(0x5)]
        // The style has some that are of no tag.
        let plain = text(page(rows))
        let ofStyle = plain.ranges(of: ">").count - plain.ranges(of: "<").count
        for _ in 0..<100 {
            let bytes = (0..<Int.random(in: 0...150, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let text = text(page(rows, search: String(decoding: bytes, as: UTF8.self)))
            #expect(text.hasPrefix("<!DOCTYPE html>") && text.hasSuffix("</html>\n"))
            #expect(text.ranges(of: ">").count - text.ranges(of: "<").count == ofStyle)
        }
    }
}
