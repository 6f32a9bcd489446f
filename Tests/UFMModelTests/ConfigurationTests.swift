import Testing
import UFMModel

struct ConfigurationTests {
    @Test("A partition is read from its number and its members")
    func partition() throws {
        let bare = try Partition(specification: "0x4000")
        #expect(bare == Partition(key: 0x4000))
        let full = try Partition(specification: "0x4000:\(ModelHarness.a),0x\(ModelHarness.b)")
        #expect(full.members == [ModelHarness.guidA: .init(), ModelHarness.guidB: .init()])
    }

    @Test(
        "A partition that UFM could not hold is an error",
        arguments: [
            "", "0x7fff", "0x0", "4000", "0x4000:12", "0x4000:\(ModelHarness.a),zz",
        ])
    func badPartition(text: String) {
        #expect(throws: UFMModelError.self) { try Partition(specification: text) }
    }

    @Test("The default partition cannot be replaced by a preloaded one")
    func managementStays() {
        #expect(throws: UFMModelError.self) {
            try ModelHarness { $0.partitions = [.init(key: 0x7fff)] }
        }
    }

    @Test("A version without three numbers is an error", arguments: ["", "6", "6.22", "6.22.x", "six", "6.22.1.3"])
    func badVersion(text: String) {
        #expect(throws: UFMModelError.badVersion(text)) { try Release(text) }
    }
}
