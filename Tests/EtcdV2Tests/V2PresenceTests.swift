import KeyHistory
import Testing

@testable import EtcdV2

@Suite("Whether a directory of the v2 store may be missing")
struct V2PresenceTests {
    @Test("Nobody knows at first; one that was seen must be there, until somebody was told to take it away")
    func life() {
        var presence = V2Presence()
        #expect(presence.verdict(at: 5) == .unknown)
        presence.saw(at: 4)
        #expect(presence.verdict(at: 5) == .mustBeThere)
        presence.went(at: 9)
        // A list from before that is of another time, or of another store.
        #expect(presence.verdict(at: 8) == .mustBeThere)
        #expect(presence.verdict(at: 9) == .mayBeMissing)
        #expect(presence.verdict(at: 10) == .mayBeMissing)
        presence.saw(at: 11)
        #expect(presence.verdict(at: 11) == .mustBeThere)
    }

    @Test("A list of before its end that is answered after that was told does not bring it back")
    func olderList() {
        var presence = V2Presence()
        presence.saw(at: 4)
        presence.went(at: 9)
        presence.saw(at: 8)
        #expect(presence.verdict(at: 9) == .mayBeMissing)
    }

    @Test("What a watch tells of the past takes nothing away that a list has shown since")
    func past() {
        var presence = V2Presence()
        presence.saw(at: 20)
        presence.went(at: 9)
        #expect(presence.verdict(at: 30) == .mustBeThere)
        presence.went(at: 25)
        #expect(presence.verdict(at: 30) == .mayBeMissing)
    }

    @Test("In a store that went back, and is followed from there on, its end is obeyed as before")
    func wentBack() {
        var presence = V2Presence()
        presence.went(at: 50)
        presence.saw(at: 60)
        presence.saw(at: 5)
        presence.went(at: 6)
        #expect(presence.verdict(at: 7) == .mustBeThere)
        presence.begins(at: 5)
        presence.went(at: 8)
        #expect(presence.verdict(at: 9) == .mayBeMissing)
        // From a list of a later time nothing changes.
        presence.begins(at: 9)
        #expect(presence.verdict(at: 9) == .mayBeMissing)
        presence.saw(at: 70)
        presence.begins(at: 80)
        #expect(presence.verdict(at: 90) == .mustBeThere)
    }

    @Test("So it is where the store went back to before its end, and not as far as to when it was seen last")
    func wentBackABit() {
        var presence = V2Presence()
        presence.saw(at: 40)
        presence.went(at: 50)
        presence.saw(at: 45)
        presence.begins(at: 45)
        #expect(presence.verdict(at: 60) == .mustBeThere)
        presence.went(at: 47)
        #expect(presence.verdict(at: 48) == .mayBeMissing)
    }
}
