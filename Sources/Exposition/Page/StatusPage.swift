internal import Fabric

/// The page of the daemon: one document without a script or another file. Pure.
package struct StatusPage: Sendable {
    /// A server, and how it stands.
    package struct Server: Equatable, Sendable {
        package let name: String
        package let isUp: Bool
        package let words: String

        package init(_ name: String, isUp: Bool, _ words: String) {
            self.name = name
            self.isUp = isUp
            self.words = words
        }
    }

    /// A line of the log.
    package struct Line: Equatable, Sendable {
        package let time: String
        package let words: String
        /// What stands behind it, by name.
        package let fields: [(key: String, value: String)]

        package init(_ time: String, _ words: String, _ fields: [(key: String, value: String)] = []) {
            self.time = time
            self.words = words
            self.fields = fields
        }

        package static func == (left: Line, right: Line) -> Bool {
            left.time == right.time && left.words == right.words
                && left.fields.elementsEqual(right.fields) { $0.key == $1.key && $0.value == $1.value }
        }
    }

    /// Seconds after which it reloads itself.
    package static let reload = 5

    package var title: String
    /// Whether UFM is made to agree with etcd, and how it stands in one line.
    package var health: Probe
    package var summary: String
    package var servers: [Server]
    package var table: PartitionTable?
    package var search: PartitionSearch
    /// Whether it is to stay as it is, so that somebody can read it in peace.
    package var isPaused: Bool
    /// The newest first.
    package var changes: [Line]
    package var troubles: [Line]
    package var now: String

    package init(
        title: String, health: Probe, summary: String, servers: [Server], table: PartitionTable?,
        search: PartitionSearch = PartitionSearch(""), isPaused: Bool = false, changes: [Line] = [],
        troubles: [Line] = [], now: String
    ) {
        self.title = title
        self.health = health
        self.summary = summary
        self.servers = servers
        self.table = table
        self.search = search
        self.isPaused = isPaused
        self.changes = changes
        self.troubles = troubles
        self.now = now
    }

    /// What a browser may do with the page: show it, with its own style and no other, and send its form back here.
    package static func policy(nonce: String) -> String {
        "default-src 'none'; style-src 'nonce-\(nonce)'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    }

    /// The partitions in trouble.
    private var troubled: [PartitionRow] { table?.rows.filter(\.isTroubled) ?? [] }
    private var isInStep: Bool { health.isWell && troubled.isEmpty }

    /// - Parameter nonce: hexadecimal digits that nobody can foresee.
    package func document(nonce: String) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        \(isPaused ? "" : "<meta http-equiv=\"refresh\" content=\"\(Self.reload)\">" as HTML)
        <title>\(isInStep ? "" : "(!) ")\(title)</title>
        <style nonce="\(nonce)">\(PageStyle.text)</style>
        </head>
        <body>
        <header><h1>\(title)</h1><p>\(now) \(pause)</p></header>
        <main>
        \(verdict)
        \(serverSection)
        \(troubleSection)
        \(partitionSection)
        \(changeSection)
        </main>
        </body>
        </html>

        """
    }

    private var pause: HTML {
        isPaused
            ? "· paused · <a href=\"?q=\(query)\">reload by itself</a>"
            : "· reloads itself every \(Self.reload) s · <a href=\"?pause=1&amp;q=\(query)\">pause</a>"
    }

    /// The search as a part of an address: nothing in it is of an address's own.
    private var query: String {
        search.words.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                String(UnicodeScalar(byte))
            default: "%" + Self.hexadecimal(byte)
            }
        }.joined()
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        return String(digits[Int(byte >> 4)]) + String(digits[Int(byte & 15)])
    }

    // MARK: Parts

    private var verdict: HTML {
        let words =
            isInStep
            ? "✓ All is in step" : health.isWell ? "✗ \(troubled.count) partitions are not in step" : "✗ Not ready"
        let why = health.isWell ? summary : health.words
        return """
            <section class="verdict \(isInStep ? "good" : "bad")"><h2>\(words)</h2><p>\(why)</p></section>
            """
    }

    private var serverSection: HTML {
        let rows = servers.map { server in
            """
            <tr><th scope="row">\(server.name)</th><td class="\(server.isUp ? "good" : "bad")">\(server.isUp ? "up" : "down")</td><td>\(server.words)</td></tr>
            """ as HTML
        }
        return "<section><h2>Servers</h2><table><tbody>\(rows)</tbody></table></section>"
    }

    private var troubleSection: HTML {
        guard !troubles.isEmpty else { return "" }
        let rows = troubles.map { "<tr><td class=\"time\">\($0.time)</td><td>\($0.words)</td></tr>" as HTML }
        return """
            <section><h2>Warnings and errors, the newest first</h2><table><tbody>\(rows)</tbody></table></section>
            """
    }

    private var partitionSection: HTML {
        """
        <section><h2>Partitions</h2>
        <form method="get"><label>PKey, GUID or state <input name="q" value="\(search.words)" maxlength="100" autocomplete="off"></label>
        \(isPaused ? "<input type=\"hidden\" name=\"pause\" value=\"1\">" as HTML : "")<button>Search</button></form>
        \(partitions)
        </section>
        """
    }

    private var partitions: HTML {
        guard let table else { return "<p>Nothing has been read yet.</p>" }
        let (rows, count) = search.found(in: table)
        let states = table.counts.filter { $0.count > 0 }.map { "\($0.count) \($0.state)" }.joined(separator: ", ")
        let found = search.words.isEmpty ? "\(count) PKeys" : "\(count) of \(table.rows.count) PKeys are found"
        let shown = rows.count < count ? "; the first \(rows.count) are shown" : ""
        return """
            <p>\(found)\(shown)\(states.isEmpty ? "" : ". In all: " + states)</p>
            <table class="wide"><thead><tr><th scope="col">PKey</th><th scope="col">state</th><th scope="col">ports</th><th scope="col">key</th><th scope="col">revision</th><th scope="col">why</th></tr></thead>
            <tbody>\(rows.map(row))</tbody></table>
            """
    }

    private func row(_ row: PartitionRow) -> HTML {
        let ports: HTML =
            row.members.isEmpty
            ? "0"
            : """
            <details><summary>\(row.members.count)</summary>\(row.members.prefix(64).map { "\($0.description)<br>" as HTML })\(row.members.count > 64 ? "…" : "")</details>
            """
        let state = row.isTroubled ? "bad" : row.state == "synced" ? "good" : "busy"
        return """
            <tr><td class="code">\(row.pkey.description)</td><td class="\(state)">\(row.state)</td><td class="code">\(ports)</td><td class="code">\(row.key)</td><td>\(row.revision.map(String.init) ?? "gone")</td><td>\(row.problem ?? "")</td></tr>
            """
    }

    private var changeSection: HTML {
        guard !changes.isEmpty else { return "<section><h2>Changes</h2><p>None yet.</p></section>" }
        let rows = changes.map { line in
            let fields = line.fields.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
            return """
                <tr><td class="time">\(line.time)</td><td>\(line.words)<div class="fields">\(fields)</div></td></tr>
                """ as HTML
        }
        return """
            <section><h2>The last changes, the newest first</h2><table><tbody>\(rows)</tbody></table></section>
            """
    }
}
