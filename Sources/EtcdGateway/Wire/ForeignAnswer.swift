internal import Text
internal import Transport

/// Answers that etcd's interfaces do not give: of web servers, of proxies, of a port that speaks something else.
package enum ForeignAnswer {
    /// What such an answer says, whichever interface was asked; nil where that depends on the interface.
    package static func error(status: Int, body: [UInt8]) -> EtcdError? {
        let text = words(body)
        if PageWords.isPage(body), ![404, 405, 415, 501].contains(status) {
            let page = "no etcd answers there, but a web server: HTTP \(status) \(text)"
            return EtcdError(status >= 500 ? .unavailable : .malformedAnswer, page)
        }
        if status == 400, PageWords.wantsTLS(text) { return EtcdError(TransportError.withoutTLS(host: "")) }
        if status == 206 { return EtcdError(.malformedAnswer, "a part of an answer (HTTP 206) is none") }
        if text.contains("CommonName of client") { return EtcdError(.certificateCommonName, text) }
        return nil
    }

    /// The title of a page, or the beginning of what else it is.
    package static func words(_ body: [UInt8]) -> String {
        PageWords.isPage(body) ? PageWords.title(body) : excerpt(body)
    }

    /// The same where it stands for an answer that was to be.
    package static func inWords(_ body: [UInt8]) -> String {
        PageWords.isPage(body) ? "a page, '\(PageWords.title(body))'" : excerpt(body)
    }

    static func excerpt(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes.prefix(200), as: UTF8.self)
        return String(text.map { $0.isNewline ? " " : $0 }).trimmed
    }
}
