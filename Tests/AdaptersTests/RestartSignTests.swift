import Testing

@testable import Adapters

@Suite("What is seen of a restart of UFM")
struct RestartSignTests {
    @Test("A mark that is gone tells of one, once")
    func restart() {
        var sign = RestartSign()
        sign.shown("Sun Sep 12 12:39:12 UTC 2021")
        #expect(sign.take() == false)
        sign.shown(nil)
        let (first, second) = (sign.take(), sign.take())
        #expect(first && !second)
        sign.shown(nil)
        #expect(sign.take() == false)
    }

    @Test("A UFM that has no mark when it is first asked tells of none, nor does a new mark")
    func none() {
        var sign = RestartSign()
        sign.shown(nil)
        #expect(sign.take() == false)
        sign.shown("a")
        sign.shown("b")
        #expect(sign.take() == false)
    }
}
