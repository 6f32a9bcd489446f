import KeyHistory
import Reconciler
import Testing

@testable import Adapters

@Suite("What a watch of the v2 store has told")
struct HearsayTests {
    private let heard = Hearsay()
    private let key: KeyName = "v2:/p/0x5"
    private let state = KeyState(7, [1])

    private func tell(_ value: [UInt8]?, at version: KeyVersion, by watch: Int? = 1) {
        heard.changed([KeyChange(key: key, revision: version, value: value)], at: version, by: watch)
    }

    private func stands(_ expected: [KeyName: KeyState], by open: Int? = 1) -> Bool { heard.stand(expected, by: open) }

    @Test("What it has told stands, as it told it, until it tells otherwise")
    func told() {
        #expect(!stands([key: state]))
        tell([1], at: 7)
        #expect(stands([key: state]) && heard.told == 7)
        #expect(!stands([key: KeyState(7, [2])]) && !stands([key: KeyState(6, [1])]))
        #expect(!stands([key: state, "v2:/p/0x6": state]))
        heard.reached(9)
        #expect(stands([key: state]) && heard.told == 9)
        tell(nil, at: 10)
        #expect(!stands([key: state]) && !stands([key: .absent]))
    }

    @Test("Nothing stands that was told before a list, by a watch that has ended, or while none goes on")
    func ended() {
        tell([1], at: 7)
        #expect(stands([key: state]) && !stands([key: state], by: nil) && !stands([key: state], by: 2))
        // Another watch tells another key: what the first one told is no word of it.
        heard.changed([KeyChange(key: "v2:/p/0x6", revision: 8, value: [1])], at: 8, by: 2)
        #expect(stands(["v2:/p/0x6": KeyState(8, [1])], by: 2) && !stands([key: state], by: 2))
        heard.listed(12)
        #expect(!stands(["v2:/p/0x6": KeyState(8, [1])], by: 2) && heard.told == 12)
        tell([2], at: 13, by: 2)
        #expect(stands([key: KeyState(13, [2])], by: 2))
        // Whoever tells something while no watch goes on is none.
        tell([3], at: 14, by: nil)
        #expect(!stands([key: KeyState(14, [3])], by: nil))
    }
}
