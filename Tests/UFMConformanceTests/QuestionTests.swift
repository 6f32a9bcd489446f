import Administration
import Fabric
import Testing
import UFMClient
import UFMModel

/// One test for each question that public sources on UFM leave open, by its number in the facts on UFM's REST API.
/// Question 19 is in SeveralHostsTests.
@Suite("What sources on UFM leave open, or contradict each other in")
struct QuestionTests {
    private static let some = [Bench.member(1), Bench.member(2, .limited)]
    private static let unknown = Member(guid: Bench.unknownPort, index0: false)

    private func empty(_ key: PKey, ipOverIB: Bool) -> PlanStep {
        .create(NewPartition(key, ipOverIB: ipOverIB, by: .empty(index0: false)))
    }

    private func bench(_ change: (inout Switches) -> Void = { _ in }) throws -> Bench {
        var switches = Switches()
        change(&switches)
        return try Bench(switches: switches)
    }

    /// The whole life of a partition; the requests that it took.
    private func life(_ change: (inout Switches) -> Void = { _ in }) async throws -> [(String, String)] {
        var bench = try bench(change)
        await bench.live(isLarge: true, context: "")
        #expect(bench.violations.isEmpty, "\(bench.violations)")
        return Array(zip(bench.transport.lines, bench.transport.bodies))
    }

    @Test("Question 1: a GET of a missing partition is {} or 404; both are absence")
    func missingGet() async throws {
        for value in Switches.MissingGet.allCases {
            let bench = try bench { $0.missingGet = value }
            #expect(try await bench.client.partition(bench.key.number) == nil)
            #expect(try await bench.client.details(bench.key.number) == nil)
        }
    }

    @Test("Question 2: creating what exists is 400 or 409; both are met by a read")
    func dupCreate() async throws {
        for value in Switches.DupCreate.allCases {
            let bench = try bench { $0.dupCreate = value }
            let answers = [
                try await bench.client.perform(empty(bench.key, ipOverIB: true)),
                try await bench.client.perform(empty(bench.key, ipOverIB: false)),
            ]
            #expect(answers == [.done, .alreadyThere])
            #expect(bench.transport.partitions[bench.key.number.value]?.ipOverIB == true)
        }
    }

    @Test("Question 3: a creation is 200 or 201, and a write's answer is {}, nothing or a text; all are success")
    func createStatus() async throws {
        for status in Switches.CreateStatus.allCases {
            for reply in Switches.WriteReply.allCases {
                let bench = try bench {
                    $0.createStatus = status
                    $0.writeReply = reply
                }
                #expect(try await bench.client.perform(empty(bench.key, ipOverIB: true)) == .done)
                #expect(try await bench.client.perform(.delete(bench.key)) == .done)
            }
        }
    }

    @Test("Question 4: a POST to a missing partition creates it or is 404; the members get in, flags and all")
    func postMissing() async throws {
        for value in Switches.PostMissing.allCases {
            for empty in Switches.EmptyPkey.allCases {
                var bench = try bench {
                    $0.postMissing = value
                    $0.emptyPkey = empty
                }
                #expect(await bench.perform(.add(Self.some)) == nil)
                #expect(bench.violations.isEmpty && bench.members.count == 2)
            }
        }
    }

    @Test("Question 4: no partition is left empty on the way, which some releases cannot bear")
    func neverEmpty() async throws {
        var switches = Switches()
        switches.postMissing = .notFound
        switches.unknownGuid = .notFound
        for version in ["6.12.0-4", "6.15.1-4", "6.17.2-1", "6.22.1-3"] {
            var bench = try Bench(switches: switches, version: version)
            await bench.perform(.add([Bench.member(1), Self.unknown, Bench.member(2)]))
            #expect(bench.violations.isEmpty && bench.members.count == 2)
            #expect(!bench.transport.lines.contains { $0.hasSuffix("/pkeys/add") } || version >= "6.18")
        }
    }

    @Test("Question 5: an unknown GUID is accepted, 404 or 500; it is named and keeps no other out")
    func unknownGuid() async throws {
        for value in Switches.UnknownGuid.allCases {
            let wanted = (1...20).map { Bench.member($0) } + [Self.unknown]
            for step in [Step.add(wanted), .replace(wanted)] {
                var bench = try bench { $0.unknownGuid = value }
                await bench.prepare([Bench.member(30)])
                bench.transport.wait()
                let error = value == .accept ? await bench.perform(step) : nil
                if value != .accept {
                    // The port to be there before is one that the fabric knows.
                    let refusal = await bench.perform(step)
                    #expect(refusal?.refusedGUIDs == [Bench.unknownPort])
                    #expect(refusal?.outcome == .unknown)
                    #expect(refusal?.description.contains("\(Bench.unknownPort)") == true)
                }
                #expect(error == nil && bench.violations.isEmpty, "\(bench.violations)")
                #expect(wanted.dropLast().allSatisfy { bench.members[$0.guid] == $0 })
            }
        }
    }

    @Test("Question 6: removing a stranger is nothing or 404; the others go")
    func removeNonMember() async throws {
        for value in Switches.RemoveNonMember.allCases {
            var bench = try bench { $0.removeNonMember = value }
            await bench.prepare(Self.some)
            #expect(await bench.perform(.remove([Bench.ports[1], Bench.ports[7]])) == nil)
            #expect(await bench.perform(.remove([Bench.ports[7]])) == nil)
            #expect(bench.violations.isEmpty && Set(bench.members.guids) == [Bench.ports[2]])
        }
    }

    @Test("Question 7: removing from a missing partition is 404 or 200; both are success")
    func removeMissing() async throws {
        for value in Switches.RemoveMissingPkey.allCases {
            var bench = try bench { $0.removeMissingPkey = value }
            #expect(await bench.perform(.remove([Bench.ports[1]])) == nil)
            #expect(bench.transport.partitions[bench.key.number.value] == nil)
        }
    }

    @Test("Question 8: an empty partition stays or vanishes; nothing relies on it, and its loss is no error")
    func emptyPkey() async throws {
        for value in Switches.EmptyPkey.allCases {
            var bench = try bench {
                $0.emptyPkey = value
                $0.postMissing = .notFound
            }
            for step in [Step.create, .add(Self.some), .remove(Bench.ports), .remove(Bench.ports), .delete] {
                #expect(await bench.perform(step) == nil)
            }
            #expect(bench.violations.isEmpty, "\(bench.violations)")
        }
    }

    @Test("Question 9: a PUT without members may do anything; none is ever sent")
    func putEmpty() async throws {
        for value in Switches.PutEmpty.allCases {
            var bench = try bench { $0.putEmpty = value }
            await bench.prepare(Self.some)
            let before = bench.transport.requestCount
            #expect(await bench.perform(.replace([]))?.isMisconfiguration == true)
            #expect(bench.transport.requestCount == before && bench.members.count == 2)
        }
        let bodies = try await life().map(\.1)
        #expect(!bodies.contains { $0.contains(#""guids":[]"#) })
    }

    @Test("Question 10: a list with both flags is broken in unknown ways; none is ever asked for")
    func bothFlags() async throws {
        for value in Switches.BothFlagsOnList.allCases {
            let lists = try await life { $0.bothFlagsOnList = value }.map(\.0).filter { $0.contains("/pkeys?") }
            #expect(!lists.isEmpty)
            #expect(!lists.contains { $0.contains("guids_data") && $0.contains("qos_conf") })
        }
    }

    @Test("Question 11: a list without flags is an array or an object; none is ever asked for")
    func plainList() async throws {
        for value in Switches.PlainList.allCases {
            let lines = try await life { $0.plainList = value }.map(\.0)
            #expect(!lines.contains { $0.hasPrefix("GET") && $0.hasSuffix("/resources/pkeys") })
        }
    }

    @Test("Question 12: memberships on a POST are ignored or heeded; none is sent, and limited members are limited")
    func postMemberships() async throws {
        for value in Switches.PostMemberships.allCases {
            var bench = try bench { $0.postMemberships = value }
            #expect(await bench.perform(.add(Self.some)) == nil)
            #expect(bench.members[Bench.ports[2]]?.membership == .limited)
            let posts = try await life { $0.postMemberships = value }.filter { $0.0.hasPrefix("POST") }
            #expect(!posts.isEmpty && !posts.contains { $0.1.contains("memberships") })
        }
    }

    @Test(
        "Question 13: writes to 0x0, 0x7fff and above may do anything; there is no such PKey to write to",
        arguments: ["0x0", "0x7fff", "0x8000", "0x8001", "0xffff"])
    func reservedKeys(text: String) {
        #expect(throws: FabricError.self) { try PKey(parsing: text) }
        #expect(PKey(.defaultPartition) == nil)
    }

    @Test("Question 14: a second index 0 of a port is accepted or 400; then that port is named and the other gets in")
    func secondIndex0() async throws {
        for value in Switches.SecondIndex0.allCases {
            var bench = try bench { $0.secondIndex0 = value }
            let error = await bench.perform(.add([Bench.member(0, index0: true), Bench.member(1, index0: true)]))
            #expect(error?.refusedGUIDs == (value == .accept ? nil : [Bench.ports[0]]))
            #expect(bench.members[Bench.ports[1]]?.index0 == true)
            #expect(bench.violations.isEmpty, "\(bench.violations)")
        }
    }

    @Test("Question 15: limits are kept, a smaller limit is found out, and a PUT is whole or not sent")
    func limits() async throws {
        let many = (1...5_000).compactMap { GUID(0x1_0000_0000 + $0) }.map { Member(guid: $0, index0: false) }
        var bench = try bench()
        let counts = Reports()
        try await PartitionWriter(bench.client).perform(
            Step.add(many).planned(for: bench.key, from: nil), progress: { counts.note($0, of: $1) })
        #expect(bench.members.count == 5_000)
        #expect(counts.all == (1...10).map { $0 * 500 } && counts.totals == [5_000])
        // 2,500 others stay, 2,500 go, one comes: too many for a PUT.
        let others = Array(many.dropFirst(2_500)) + [Bench.member(1)]
        #expect(await bench.perform(.replace(others)) == nil)
        #expect(await bench.perform(.remove(others.map(\.guid))) == nil)
        let lines = bench.transport.lines
        #expect(!lines.contains { $0.hasPrefix("PUT") })
        #expect(lines.filter { $0.hasPrefix("DELETE") }.map { $0.split(separator: ",").count }.max() == 100)
        #expect(lines.allSatisfy { $0.utf8.count + " HTTP/1.1".utf8.count <= 8_190 })
        #expect(bench.transport.bodies.map { $0.split(separator: ",").count }.max() ?? 0 <= 500 + 4)
        #expect(bench.violations.isEmpty, "\(bench.violations)")
        for (mostGUIDs, longest) in [(7, 8_190), (500, 200)] {
            var tight = try self.bench {
                $0.maxGuids = mostGUIDs
                $0.maxUrl = longest
            }
            for step in [
                Step.add(Array(many.prefix(120))), .replace(Array(many.prefix(90))), .remove(many.map(\.guid)),
            ] {
                #expect(await tight.perform(step) == nil)
            }
            #expect(tight.violations.isEmpty, "\(tight.violations)")
        }
    }

    @Test("Question 16: quality of service holds at once or after a restart; it is told, and set once")
    func qos() async throws {
        let wanted = QualityOfService(mtuLimit: 4, serviceLevel: 3, rateLimit: 100)
        for waits in [false, true] {
            var bench = try bench { $0.qosNeedsRestart = waits }
            await bench.prepare(Self.some)
            #expect(try await bench.client.perform(.setQoS(bench.key, wanted)) == (waits ? .afterRestart : .done))
            #expect(bench.transport.lines.filter { $0.hasSuffix("/qos_conf") }.count == 1)
            bench.transport.restart()
            #expect(try await bench.client.details(bench.key.number)?.qos == wanted)
            #expect(try await bench.client.qualityOfService()[bench.key.number] == wanted)
            #expect(bench.members.count == 2)
        }
        // Given at the start it needs no restart.
        let bench = try bench { $0.qosNeedsRestart = true }
        let new = NewPartition(bench.key, Self.some, ipOverIB: false, qos: wanted, by: .whole)
        #expect(try await bench.client.perform(.create(new)) == .done)
        #expect(try await bench.client.details(bench.key.number)?.qos == wanted)
        await #expect(throws: UFMError.self) {
            _ = try await bench.client.perform(.setQoS(bench.key, QualityOfService(mtuLimit: 3)))
        }
    }

    @Test("Question 17: a call by host names answers in two ways; none is ever sent")
    func hosts() async throws {
        for value in Switches.HostsReply.allCases {
            let lines = try await life { $0.hostsReply = value }.map(\.0)
            #expect(!lines.contains { $0.contains("/hosts") || $0.contains("/jobs") })
        }
    }

    @Test("Question 18: the time of the last change is of any form; equal is equal, and after a restart it is nil")
    func lastUpdated() async throws {
        for value in Switches.LastUpdatedFormat.allCases {
            var bench = try bench { $0.lastUpdatedFormat = value }
            await bench.prepare(Self.some)
            let first = try await bench.client.lastUpdated()
            #expect(try await bench.client.lastUpdated() == first && first != nil)
            bench.transport.wait(milliseconds: 5_000)
            await bench.perform(.delete)
            #expect(try await bench.client.lastUpdated() != first)
            bench.transport.restart()
            #expect(try await bench.client.lastUpdated() == nil)
        }
    }

    @Test(
        "Question 20: a refused login is 401, a login page or a redirect; all are refused credentials, none is absence")
    func badAuth() async throws {
        for value in Switches.BadAuth.allCases {
            let bench = try bench { $0.badAuth = value }
            var client = bench.client
            client.configuration.credentials = .basic(user: "admin", password: "wrong")
            for step in [Step.create, .add(Self.some), .replace(Self.some), .remove(Bench.ports), .delete] {
                let before = bench.transport.requestCount
                let error = await #expect(throws: UFMError.self) {
                    try await step.perform(client, bench.key, from: nil)
                }
                #expect(error?.isRefusedCredentials == true && error?.isOutage == false)
                // A password that is refused is not tried again and again: a lock-out would hit the administrators too.
                let writes = bench.transport.lines.dropFirst(before).filter { !$0.hasPrefix("GET") }
                #expect(writes.count == 1)
            }
            await #expect(throws: UFMError.self) { _ = try await client.partition(bench.key.number) }
            await #expect(throws: UFMError.self) { _ = try await client.snapshot() }
        }
    }

    @Test("Question 21: partitions of user_ext are hidden or visible; they are read as any other, and never touched")
    func foreign() async throws {
        for value in Switches.ForeignPkeys.allCases {
            let bench = try bench { $0.foreignPkeys = value }
            let number = PartitionNumber(lowBitsOf: 0x30)
            #expect((try await bench.client.snapshot().partitions[number] != nil) == (value == .visible))
            let lines = try await life { $0.foreignPkeys = value }.map(\.0)
            #expect(!lines.contains { !$0.hasPrefix("GET") && $0.contains("0x30") })
        }
    }

    @Test("Question 22: reads may lag behind writes; no write is sent again for it")
    func applyDelay() async throws {
        var bench = try bench { $0.applyDelay = 50 }
        for step in [Step.add([Bench.member(1)]), .replace([Bench.member(4)]), .remove([Bench.ports[4]]), .delete] {
            let before = bench.transport.lines.count { !$0.hasPrefix("GET") }
            #expect(await bench.perform(step) == nil)
            #expect(bench.transport.lines.count { !$0.hasPrefix("GET") } == before + 1)
        }
        #expect(bench.violations.isEmpty, "\(bench.violations)")
    }

    @Test("Question 23: a full PKey table is silent or 400; silent is UFM's success, and 400 names the port")
    func tableFull() async throws {
        for value in Switches.TableFull.allCases {
            var switches = Switches()
            switches.tableFull = value
            switches.tableSize = 2
            var bench = try Bench(switches: switches)
            let error = await bench.perform(.add([Bench.member(0), Bench.member(1), Bench.member(2)]))
            #expect((error?.refusedGUIDs ?? []).contains(Bench.ports[0]) == (value == .badRequest))
            #expect(bench.members[Bench.ports[2]] != nil)
            #expect(bench.violations.isEmpty, "\(bench.violations)")
        }
    }

    @Test("A name is sent to a UFM that takes it, and left out for one that would refuse the request")
    func partitionName() async throws {
        for (version, takesNames) in [("6.21.9-1", false), ("6.22.0-1", true), ("7.0.0-1", true)] {
            let bench = try Bench(version: version)
            #expect(try await bench.client.takesPartitionNames() == takesNames)
            let number = bench.key.number.value
            let ways: [(NewPartition.Way, [Member])] = [
                (.empty(index0: false), []), (.adding, Self.some), (.whole, Self.some),
            ]
            for (way, members) in ways {
                let new = NewPartition(bench.key, members, ipOverIB: true, name: "alpha", by: way)
                #expect(try await bench.client.perform(.create(new)) == .done)
                #expect(bench.transport.partitions[number]?.name == (takesNames ? "alpha" : "api_pkey_0x67"))
                #expect(try await bench.client.perform(.delete(bench.key)) == .done)
            }
            #expect(bench.transport.lines.filter { $0.contains("ufm_version") }.count == 1)
        }
    }
}
