package import Files

extension LocalFile {
    /// Reads a file that a setting names, or that settings are in.
    package static func readSettings(_ path: String, limit: Int = 1 << 20) throws(SettingsError) -> LocalFile? {
        do throws(FileError) {
            return try read(path, limit: limit)
        } catch {
            throw SettingsError(error)
        }
    }

    /// The content, without the byte order mark that some editors put before it; nil where it is no UTF-8.
    var text: String? {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        return String(validating: bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...], as: UTF8.self)
    }

    /// What is wrong with a content that is no text, and what to do.
    static func problem(ofNoText bytes: [UInt8]) -> String {
        let isUTF16 = bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff])
        return isUTF16 ? "is UTF-16 text: save it as UTF-8" : "is not UTF-8 text"
    }

    /// Whether there is nothing in it but blanks and line ends.
    var isBlank: Bool { bytes.allSatisfy { [0x20, 0x09, 0x0a, 0x0d].contains($0) } }
}
