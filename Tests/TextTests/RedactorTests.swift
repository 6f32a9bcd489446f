import Foundation
import Testing

@testable import Text

@Suite("Secrets in words")
struct RedactorTests {
    private func redactor(_ secrets: String...) -> Redactor {
        var redactor = Redactor()
        for secret in secrets { redactor.add(secret) }
        return redactor
    }

    static let secrets = ["p4ssw0rd", "a\"b\\c/d", "pä ss&<wörd>+", "root:p@ss w0rd?", "0123456789abcdef"]

    @Test("are taken out in every spelling in which a server quotes them", arguments: secrets)
    func spellings(_ secret: String) throws {
        let redactor = redactor(secret)
        let data = Data(secret.utf8)
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        allowed.formIntersection(CharacterSet(charactersIn: Unicode.Scalar(0)..."\u{7f}"))
        let json = try String(decoding: JSONEncoder().encode([secret]), as: UTF8.self).dropFirst(2).dropLast(2)
        let url = try #require(secret.addingPercentEncoding(withAllowedCharacters: allowed))
        for spelling in [secret, String(json), url, url.lowercased(), data.base64EncodedString()] where spelling != "" {
            let words = redactor.redacted("login of root failed: \(spelling), try again")
            #expect(!words.contains(spelling), "\(spelling)")
            #expect(words.contains(Redactor.mark), "\(spelling)")
            #expect(words.hasPrefix("login of root failed: ") && words.hasSuffix(", try again"), "\(words)")
        }
    }

    @Test("are taken out of the middle of what stands in base64, wherever they begin", arguments: secrets, 0..<4)
    func base64(_ secret: String, _ offset: Int) {
        let body = String(repeating: "{", count: offset) + secret + "\"}"
        for quoted in [
            Data(body.utf8).base64EncodedString(),
            Data(body.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_"),
        ] {
            let words = redactor(secret).redacted("400: \(quoted)")
            #expect(words.contains(Redactor.mark))
            // What is left of it says nothing: the digits at its ends hold bits of their neighbours.
            #expect(words.count - Redactor.mark.count - 5 <= 2 + 4 + 4 + offset, "\(words)")
        }
    }

    @Test("The login in front of the host of a URL is taken out, known or not; a host and a path stay")
    func logins() {
        let redactor = Redactor()
        #expect(
            redactor.redacted("http://root:s3cret@etcd1:2379/a@b: no such host")
                == "http://‹redacted›@etcd1:2379/a@b: no such host")
        #expect(redactor.redacted("'https://tok@h'") == "'https://‹redacted›@h'")
        #expect(redactor.redacted("https://etcd1:2379/v3/kv/range?a=b@c") == "https://etcd1:2379/v3/kv/range?a=b@c")
        #expect(redactor.redacted("mail ops@site") == "mail ops@site")
    }

    @Test("Words without a secret come back as they were")
    func untouched() {
        let words = "UFM does not answer; trying until it does: ‹ö› \u{fffd}"
        #expect(redactor("p4ssw0rd", "abc", "").redacted(words) == words)
        #expect(redactor("abc").redacted("abc") == "abc")
    }

    @Test("Of tokens that follow each other the last many are known, and passwords stay known")
    func passing() {
        var redactor = redactor("p4ssw0rd")
        for number in 0..<(Redactor.mostPassing + 1) { redactor.addPassing("token-\(number)-x") }
        #expect(redactor.redacted("token-0-x") == "token-0-x")
        #expect(redactor.redacted("token-1-x p4ssw0rd") == "‹redacted› ‹redacted›")
        #expect(redactor.redacted("token-64-x") == "‹redacted›")
    }
}
