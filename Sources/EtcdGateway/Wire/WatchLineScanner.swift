internal import Text

/// Reads a line of a watch stream by its bytes: in a storm there are thousands a second. How a watch ends is left to the general
/// decoder, which reads errors as well.
enum WatchLineScanner {
    /// The message, if it is one in the usual form; nil says nothing of the line.
    static func message(in line: [UInt8]) -> WatchMessage? {
        GatewayScanner.read(line) { scanner in
            var message: WatchMessage?
            let isOne = scanner.fields { scanner, name in
                scanner.json.isWord("result", name) && PlainScanner.fill(&message, scanner.watchMessage())
            }
            return isOne ? message : nil
        }
    }
}

extension GatewayScanner {
    fileprivate mutating func watchMessage() -> WatchMessage? {
        var (header, watch) = (ResponseHeader?.none, UInt64?.none)
        var (isCreated, isFragment) = (Bool?.none, Bool?.none)
        var events: [WatchMessage.Event]?
        let isOne = fields { scanner, name in
            if scanner.json.isWord("header", name) {
                PlainScanner.fill(&header, scanner.header())
            } else if scanner.json.isWord("watch_id", name) {
                PlainScanner.fill(&watch, scanner.number())
            } else if scanner.json.isWord("created", name) {
                PlainScanner.fill(&isCreated, scanner.json.flag())
            } else if scanner.json.isWord("fragment", name) {
                PlainScanner.fill(&isFragment, scanner.json.flag())
            } else if scanner.json.isWord("events", name) {
                PlainScanner.fill(&events, scanner.list { $0.event() })
            } else {
                false
            }
        }
        guard isOne else { return nil }
        var message = WatchMessage(header: header)
        message.isCreated = isCreated ?? false
        message.isFragment = isFragment ?? false
        message.events = events ?? []
        return message
    }

    private mutating func event() -> WatchMessage.Event? {
        var (type, keyValue) = (String?.none, KeyValue?.none)
        let isOne = fields { scanner, name in
            if scanner.json.isWord("type", name) {
                PlainScanner.fill(&type, scanner.json.text())
            } else if scanner.json.isWord("kv", name) {
                PlainScanner.fill(&keyValue, scanner.keyValue())
            } else {
                false
            }
        }
        return isOne ? WatchMessage.Event(type: type, keyValue: keyValue) : nil
    }
}
