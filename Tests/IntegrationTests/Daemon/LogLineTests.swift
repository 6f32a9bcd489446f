import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// `Fixtures/log/lines.txt`: the words of the log, which sites search for.
@Suite("The words of the log")
struct LogLineTests {
    /// A line of the list: its level, and its words with … for what differs.
    struct Line: Sendable, CustomTestStringConvertible {
        let level: String
        let words: String

        var testDescription: String { words }

        /// Whether a line of a log is this one. What differs is something, and metadata may follow.
        func matches(_ text: Substring) -> Bool {
            var rest = text
            let parts = words.split(separator: "…", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if index == 0 {
                    guard rest.hasPrefix(part) else { return false }
                    rest = rest.dropFirst(part.count)
                } else if let range = rest.range(of: part), !part.isEmpty {
                    rest = rest[range.upperBound...]
                } else if !part.isEmpty {
                    return false
                }
            }
            return words.hasSuffix("…") || rest.isEmpty || rest.hasPrefix(" ") && rest.contains("=")
        }
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static let lines: [Line] = {
        let text = (try? String(contentsOf: root.appending(path: "Fixtures/log/lines.txt"), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            return Line(level: String(parts[0]), words: String(parts.last ?? ""))
        }
    }()

    /// The texts of the sources, with … in the place of what is put into them, and those that are put together as one.
    private static let texts: [String] = {
        let files = FileManager.default.enumerator(at: root.appending(path: "Sources"), includingPropertiesForKeys: nil)
        return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }.flatMap { file in
            texts(in: (try? String(contentsOf: file, encoding: .utf8)) ?? "")
        }
    }()

    private static func texts(in source: String) -> [String] {
        var texts: [String] = []
        var rest = source[...]
        var isContinued = false
        while let start = rest.firstIndex(of: "\"") {
            let between = rest[..<start]
            isContinued = isContinued && between.allSatisfy { $0.isWhitespace || $0 == "+" } && between.contains("+")
            rest = rest[rest.index(after: start)...]
            let text = text(&rest)
            if isContinued, let last = texts.popLast() { texts.append(last + text) } else { texts.append(text) }
            isContinued = true
        }
        return texts
    }

    /// The rest of a text, up to its closing quote.
    private static func text(_ rest: inout Substring) -> String {
        var text = ""
        while let character = rest.popFirst(), character != "\"" {
            guard character == "\\" else {
                text.append(character)
                continue
            }
            guard let escaped = rest.popFirst() else { break }
            guard escaped == "(" else {
                text.append(escaped)
                continue
            }
            var depth = 1
            while depth > 0, let inner = rest.popFirst() {
                switch inner {
                case "(": depth += 1
                case ")": depth -= 1
                case "\"": _ = self.text(&rest)
                default: break
                }
            }
            text.append("…")
        }
        return text
    }

    @Test("Every line of the list stands in the sources, word for word", arguments: lines)
    func words(line: Line) {
        #expect(Self.texts.contains { $0.contains(line.words) }, "\(line.words)")
    }

    @Test("The list is there, and reads sources as they are")
    func list() {
        #expect(Self.lines.count > 50)
        #expect(Set(Self.lines.map(\.level)) == ["DEBUG", "INFO", "WARNING", "ERROR"])
        #expect(Self.texts.count > 2_000)
        #expect(!Self.texts.contains { $0.contains("words that stand " + "nowhere") })
        #expect(Self.texts(in: #"a("x \(f("y")) z" + "w", "v\"")"#) == ["x … zw", "v\""])
    }

    @Test("The predecessor's lines are in the log of a life, each at its level; so is the summary at --debug")
    func life() async throws {
        try await withUFM(.made(0x4000, full: [0xa])) { site in
            try await site.put(pkey: "0x2001", hosts: ["0000000000000001"])
            let first = try site.startDaemon("--debug")
            try await first.waitForLine(containing: "Successfully synchronized PKey 0x2001")
            #expect(try await first.stop() == .code(0))
            // One that finds its partitions there.
            let daemon = try site.startDaemon("--debug", "--poll-interval", "1")
            try await daemon.waitForLine(containing: "UFM PKeys managed through")
            try await site.put(pkey: "0x2001", hosts: ["0000000000000001"])
            try await daemon.waitForLine(containing: "already synchronized")
            try await site.put(pkey: "0x2001", hosts: ["0000000000000001", "0000000000000002"])
            try await site.waitForMembers([1, 2], of: 0x2001)
            try await site.put(pkey: "0x2001", hosts: ["0000000000000002"])
            try await site.waitForMembers([2], of: 0x2001)
            try await site.delete(pkey: "0x2001")
            try await daemon.waitForLine(containing: "Successfully removed PKey 0x2001 from UFM")
            #expect(try await daemon.stop() == .code(0))
            let log = (first.lines + daemon.lines).map(\.text)
            let predecessors = Self.lines.prefix { $0.words != "Successfully removed … GUIDs from PKey …" }
            #expect(predecessors.count == 17)
            let summary = try #require(Self.lines.first { $0.words.hasSuffix(" to do") })
            for line in predecessors + [summary] {
                #expect(
                    log.contains {
                        $0.hasPrefix("\(line.level): ") && line.matches($0.dropFirst(line.level.count + 2))
                    },
                    "\(line.words)\n\(log.joined(separator: "\n"))")
            }
        }
    }
}
