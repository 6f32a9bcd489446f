import KeyHistory
import Testing

@testable import EtcdV2

@Suite("Whether a directory of the v2 store may be missing")
struct V2PresenceTests {
    @Test("Nobody knows at first; one that was seen must be there, until somebody was told to take it away")
    func life() {
        var presence = V2Presence()
        #expect(presence.verdict(at: 5) == .unknown)
        presence.saw()
        #expect(presence.verdict(at: 5) == .mustBeThere)
        presence.went(at: 9)
        // A list from before that is of another time, or of another store.
        #expect(presence.verdict(at: 8) == .mustBeThere)
        #expect(presence.verdict(at: 9) == .mayBeMissing)
        #expect(presence.verdict(at: 10) == .mayBeMissing)
        presence.saw()
        #expect(presence.verdict(at: 11) == .mustBeThere)
    }
}
