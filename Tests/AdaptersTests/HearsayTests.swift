import KeyHistory
import Reconciler
import Testing

@testable import Adapters

@Suite("What a watch of the v2 store has told")
struct HearsayTests {
    private let heard = Hearsay()
    private let key: KeyName = "v2:/p/0x5"
    private let state = KeyState(7, [1])

    private func tell(_ value: [UInt8]?, at version: KeyVersion) {
        heard.changed([KeyChange(key: key, revision: version, value: value)], at: version)
    }

    @Test("What it has told stands, as it told it, until it tells otherwise")
    func told() {
        #expect(!heard.stand([key: state]))
        tell([1], at: 7)
        #expect(heard.stand([key: state]) && heard.told == 7)
        #expect(!heard.stand([key: KeyState(7, [2])]) && !heard.stand([key: KeyState(6, [1])]))
        #expect(!heard.stand([key: state, "v2:/p/0x6": state]))
        heard.reached(9)
        #expect(heard.stand([key: state]) && heard.told == 9)
        tell(nil, at: 10)
        #expect(!heard.stand([key: state]) && !heard.stand([key: .absent]))
    }

    @Test("Nothing stands that was told before a list, nor while the watch is lost")
    func listed() {
        tell([1], at: 7)
        heard.lost()
        #expect(!heard.stand([key: state]))
        heard.listed(12)
        #expect(!heard.stand([key: state]) && heard.told == 12)
        tell([2], at: 13)
        #expect(heard.stand([key: KeyState(13, [2])]))
    }
}
