internal import CCurl

/// libcurl's handle of one transfer, whose every option is looked at.
///
/// A version that does not know an option says so in the result of setting it, and nowhere else: an option that was lost
/// may be the one that keeps a deletion from being sent twice.
struct EasyHandle {
    let pointer: UnsafeMutableRawPointer
    /// Options that are taken for unknown though this libcurl has them: how tests see an older one.
    private let hidden: Set<UInt32>

    init(hiding hidden: Set<UInt32> = []) throws(TransportError) {
        guard let easy = pkeyd_easy_init() else { throw .invalidRequest("libcurl could not make a handle") }
        pointer = easy
        self.hidden = hidden
    }

    func free() { pkeyd_easy_cleanup(pointer) }

    func set(_ option: CURLoption, _ value: Int) throws(TransportError) {
        try demand(option, pkeyd_setopt_long(pointer, option, value))
    }

    func set(_ option: CURLoption, size value: Int) throws(TransportError) {
        try demand(option, pkeyd_setopt_size(pointer, option, curl_off_t(value)))
    }

    /// Nil is libcurl's own default, or none.
    func set(_ option: CURLoption, _ text: String?) throws(TransportError) {
        try demand(option, pkeyd_setopt_string(pointer, option, text))
    }

    func set(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) throws(TransportError) {
        try demand(option, pkeyd_setopt_pointer(pointer, option, value))
    }

    func set(_ option: CURLoption, _ callback: pkeyd_data_callback) throws(TransportError) {
        try demand(option, pkeyd_setopt_data_callback(pointer, option, callback))
    }

    /// Takes what setting an option came to; throws for anything but success.
    func demand(_ option: CURLoption, _ result: CURLcode) throws(TransportError) {
        guard result == CURLE_OK else {
            throw .invalidRequest("\(Self.version) does not take option \(option.rawValue): \(words(result))")
        }
    }

    /// Sets an option that an older libcurl may lack; false where it does. Whoever calls this knows what to do then.
    func setIfKnown(_ option: CURLoption, _ set: () -> CURLcode) throws(TransportError) -> Bool {
        if hidden.contains(option.rawValue) { return false }
        let result = set()
        if result == CURLE_UNKNOWN_OPTION || result == CURLE_NOT_BUILT_IN { return false }
        try demand(option, result)
        return true
    }

    func number(_ info: CURLINFO) -> Int {
        var value = 0
        pkeyd_getinfo_long(pointer, info, &value)
        return value
    }

    private func words(_ code: CURLcode) -> String { String(cString: pkeyd_easy_strerror(code)) }

    /// Such as `libcurl/7.88.1 OpenSSL/3.0.20 …`.
    private static let version = String(cString: pkeyd_curl_version())
}
