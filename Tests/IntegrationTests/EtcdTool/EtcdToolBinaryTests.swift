import Foundation
import TestSupport
import Testing

/// Keys and values are bytes that anybody may have written: nothing of them may run in a terminal or get lost.
@Suite("Keys and values that are no text")
struct EtcdToolBinaryTests {
    /// Bytes as etcdctl wants them quoted, and as the tool shows them.
    struct Row: Sendable, CustomTestStringConvertible {
        let quoted: String
        let bytes: [UInt8]
        /// On one line.
        let shown: String
        /// As a value, which keeps its lines.
        var shownValue: String?
        var testDescription: String { quoted }
        /// Nil for bytes that are no text.
        var text: String? { String(validating: bytes, as: UTF8.self) }
        /// Nil for text.
        var base64: String? { text == nil ? Data(bytes).base64EncodedString() : nil }
    }

    static let rows = [
        Row(quoted: #"/k/\x00zero"#, bytes: Array("/k/\0zero".utf8), shown: #"/k/\x00zero"#),
        Row(quoted: #"/k/\xff\xfe"#, bytes: Array("/k/".utf8) + [0xff, 0xfe], shown: #"/k/\xff\xfe"#),
        Row(quoted: #"/k/\xc3("#, bytes: Array("/k/".utf8) + [0xc3, 0x28], shown: #"/k/\xc3("#),
        Row(
            quoted: #"/k/\xff\x1b\n"#, bytes: Array("/k/".utf8) + [0xff, 0x1b, 0x0a], shown: #"/k/\xff\x1b\x0a"#),
        Row(
            quoted: #"/k/\x1b[2J\x1b]0;title\x07"#, bytes: Array("/k/\u{1b}[2J\u{1b}]0;title\u{7}".utf8),
            shown: #"/k/\x1b[2J\x1b]0;title\x07"#),
        Row(quoted: #"/k/\x7f"#, bytes: Array("/k/\u{7f}".utf8), shown: #"/k/\x7f"#),
        // A control sequence introducer of one character, as terminals with UTF-8 take it.
        Row(quoted: #"/k/\xc2\x9b31m"#, bytes: Array("/k/\u{9b}31m".utf8), shown: #"/k/\x9b31m"#),
        Row(quoted: #"/k/\xe2\x80\xaeabc"#, bytes: Array("/k/\u{202e}abc".utf8), shown: #"/k/\u{202e}abc"#),
        Row(
            quoted: #"/k/1\n/k/2"#, bytes: Array("/k/1\n/k/2".utf8), shown: #"/k/1\x0a/k/2"#,
            shownValue: "/k/1\n/k/2"),
        Row(quoted: #"/k/1\r/k/2"#, bytes: Array("/k/1\r/k/2".utf8), shown: #"/k/1\x0d/k/2"#),
        Row(quoted: "/k/Gerät-好", bytes: Array("/k/Gerät-好".utf8), shown: "/k/Gerät-好"),
    ]

    @Test("are shown escaped, and are whole in JSON", arguments: rows)
    func bytes(_ row: Row) async throws {
        try await withSite(.http) { site in
            let next = "\(try await site.revision() + 1)"
            try await site.put(quotedKey: row.quoted, quotedValue: row.quoted)
            #expect(try await shown(site, "--list", "--keys-only") == row.shown + "\n")
            #expect(try await shown(site, "--list") == "Keys in etcd cluster:\n  \(row.shown)\n")
            _ = try await shown(site, "--list", "--decode", "--lease")
            let listed = try ToolKey.list(try await shown(site, "--list", "--decode", "--output", "json"))
            #expect(listed.count == 1)
            #expect(listed.first?.key == row.text)
            #expect(listed.first?.key_base64 == row.base64)

            // The value is what `--get` can be asked for, since an argument holds text only.
            try await site.put(quotedKey: "/value", quotedValue: row.quoted)
            let value = row.shownValue ?? row.shown
            #expect(try await shown(site, "--get", "/value") == "Key: /value\nValue: \(value)\n")
            _ = try await shown(site, "--get", "/value", "--decode")
            let got = try ToolKey.one(try await shown(site, "--get", "/value", "--output", "json"))
            #expect(got.value == row.text)
            #expect(got.value_base64 == row.base64)

            let text = try site.startWatch("/k/", "--from-revision", next)
            try await text.waitForLine(containing: "(revision \(next))")
            let json = try site.startWatch("/k/", "--from-revision", next, "--output", "json")
            try await json.waitForLine(containing: "\"revision\":\(next)")
            for watch in [text, json] { #expect(try await watch.stop() == .code(0)) }
            let indented = value.replacing("\n", with: "\n  ")
            #expect(text.output == "PUT \(row.shown) (revision \(next))\n  \(indented)\n")
            #expect(text.output.unicodeScalars.allSatisfy(Self.isHarmless))
            #expect(json.output.unicodeScalars.allSatisfy(Self.isHarmless))
            let event = try ToolKey.one(json.output)
            #expect(event.key == row.text)
            #expect(event.value == row.text)
            #expect(event.key_base64 == row.base64)
            #expect(event.value_base64 == row.base64)
        }
    }

    /// What the tool prints, of which nothing may steer a terminal.
    private func shown(_ site: Site, _ arguments: String...) async throws -> String {
        let result = try await site.run(["etcd", "--etcd-user", "root"] + arguments)
        #expect(result.status == .code(0), "\(arguments)")
        #expect(result.errors == "", "\(arguments)")
        let text = try #require(String(validating: result.outputBytes, as: UTF8.self), "\(arguments)")
        #expect(text.unicodeScalars.allSatisfy(Self.isHarmless), "\(arguments)")
        return text
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: scalar == "\n"
        default: true
        }
    }
}
