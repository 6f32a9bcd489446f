import Planning
import Testing

@testable import Reconciler

@Suite("Requests that set all members")
struct WholeRequestsTests {
    @Test("Two failures in a row are enough, and are remembered until UFM has been away")
    func failures() {
        var requests = WholeRequests()
        for worked in [false, true, false] {
            #expect(requests.note(worked: worked) == false)
            #expect(requests.strategy == .single)
        }
        #expect(requests.note(worked: false) == true)
        #expect(requests.strategy == .wholeLast)
        // It is said once, and what works then has been asked otherwise.
        #expect(requests.note(worked: false) == false)
        #expect(requests.note(worked: true) == false)
        #expect(requests.strategy == .wholeLast)
        requests.forget()
        #expect(requests.strategy == .single)
    }
}
