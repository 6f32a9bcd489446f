import Fabric
import Testing
import UFMClient
import UFMModel

/// Everything that can go wrong, at every route that the client uses, while it does everything that it can do.
@Suite("The client under every fault at every route", .timeLimit(.minutes(20)))
struct FaultTests {
    typealias Fault = ModelTransport.Fault

    static let faults: [Fault] =
        [500, 502, 503, 504, 429].map { .status($0) } + [500, 502, 503, 504].map { .statusAfterActing($0) }
        + [200, 302, 401, 403, 404].map { .page($0) }
        + [.refused, .late, .hang, .cutBeforeActing, .cutAfterActing, .duplicate]

    static let routes: [(method: String, path: String)] = [
        ("GET", "/ufmRest/app/ufm_version"), ("GET", "/ufmRest/resources/pkeys?guids_data"),
        ("GET", "/ufmRest/resources/pkeys?qos_conf"), ("GET", "/ufmRest/resources/pkeys/0x67"),
        ("GET", "/ufmRest/resources/pkeys/last_updated"), ("POST", "/ufmRest/resources/pkeys/add"),
        ("POST", "/ufmRest/resources/pkeys/"), ("PUT", "/ufmRest/resources/pkeys/"),
        ("PUT", "/ufmRest/resources/pkeys/qos_conf"), ("DELETE", "/ufmRest/resources/pkeys/0x67/guids/"),
        ("DELETE", "/ufmRest/resources/pkeys/0x67"),
    ]

    /// What is done, and what is there before it.
    static let deeds: [(before: [Member], step: Step)] = {
        let some = [Bench.member(1), Bench.member(2, .limited), Bench.member(3)]
        let unknown = Member(guid: Bench.unknownPort, index0: false)
        return [
            ([], .create), (some, .create), ([], .add(some)),
            (some, .add([Bench.member(1, .limited), Bench.member(4)])),
            (some, .add([Bench.member(4), unknown, Bench.member(5, .limited)])), ([], .replace(some)),
            (some, .replace([Bench.member(2), Bench.member(6)])),
            (some, .replace([Bench.member(2), unknown, Bench.member(6)])),
            (some, .remove([Bench.ports[1], Bench.ports[8]])), (some, .remove(Bench.ports)),
            (some, .delete), ([], .delete), (some, .setQoS(QualityOfService(mtuLimit: 4, rateLimit: 10))),
        ]
    }()

    /// Answers under which the client needs more requests than one, so that a fault can meet it in between.
    static let answers: [@Sendable (Switches) -> Switches] = [
        { $0 },
        { switches in
            var strict = switches
            strict.missingGet = .notFound
            strict.postMissing = .notFound
            strict.unknownGuid = .notFound
            strict.removeNonMember = .notFound
            return strict
        },
        { switches in
            var odd = switches
            odd.postMissing = .notFound
            odd.unknownGuid = .serverError
            odd.emptyPkey = .vanish
            odd.maxGuids = 2
            odd.dupCreate = .conflict
            return odd
        },
    ]

    /// One thing that goes wrong while one thing is done.
    struct Scene: Sendable {
        let fault: Fault
        let route: (method: String, path: String)
        let times: Int?
        /// Whether the partition cannot be read while the fault lasts, so that nothing can be read back.
        let isReadBackDown: Bool
        let answer: Int
        let deed: Int

        var context: String {
            "\(fault) ×\(times.map(String.init) ?? "∞")\(isReadBackDown ? ", no reading back," : "") at \(route.method) "
                + "\(route.path), answers \(answer):"
        }
    }

    /// Every fault at every route that a deed uses when nothing goes wrong, or that a fault makes it use.
    static func scenes() async throws -> [Scene] {
        var scenes: [Scene] = []
        for answer in answers.indices {
            for deed in deeds.indices {
                var bench = try Bench(switches: answers[answer](.init()))
                await bench.prepare(deeds[deed].before)
                let before = bench.transport.requestCount
                await bench.perform(deeds[deed].step)
                let lines = bench.transport.lines.dropFirst(before)
                for route in routes where lines.contains(where: { $0.hasPrefix("\(route.method) \(route.path)") }) {
                    for fault in faults {
                        // A read is repeated once on a connection that broke, and is itself what reading back is.
                        let isRead = route.method == "GET"
                        for times in isRead ? [1, 2, nil] : [1, nil] {
                            for isReadBackDown in isRead ? [false] : [false, true] {
                                scenes.append(
                                    Scene(
                                        fault: fault, route: route, times: times, isReadBackDown: isReadBackDown,
                                        answer: answer, deed: deed))
                            }
                        }
                    }
                }
            }
        }
        return scenes
    }

    /// What is wrong with what the client makes of a scene, and of its end.
    static func play(_ scene: Scene) async throws -> Bench {
        var bench = try Bench(switches: answers[scene.answer](.init()))
        let deed = deeds[scene.deed]
        await bench.prepare(deed.before)
        bench.transport.inject(
            .init(fault: scene.fault, method: scene.route.method, path: scene.route.path, count: scene.times))
        if scene.fault == .page(404) {
            // A single resource that is not found is UFM's word. A web server without a UFM finds none.
            bench.transport.inject(.init(fault: .page(404), method: "GET", path: "/", count: nil))
        }
        if scene.isReadBackDown {
            bench.transport.inject(
                .init(fault: .status(503), method: "GET", path: "/ufmRest/resources/pkeys/0x67", count: nil))
        }
        if let error = await bench.perform(deed.step, context: scene.context) {
            judge(error, scene, deed.step, &bench)
        }
        bench.transport.clearFaults()
        await repeatUntilDone(deed.step, &bench, scene.context)
        return bench
    }

    @Test("Under any fault the end is what was asked or an error that fits, and the next attempt gets there")
    func everyFault() async throws {
        let scenes = try await Self.scenes()
        let (violations, requests) = try await withThrowingTaskGroup(of: ([String], Int).self) { group in
            for start in 0..<2 {
                group.addTask {
                    var (found, count) = ([String](), 0)
                    for index in stride(from: start, to: scenes.count, by: 2) {
                        let bench = try await Self.play(scenes[index])
                        found += bench.violations
                        count += bench.transport.requestCount
                        await Task.yield()
                    }
                    return (found, count)
                }
            }
            return try await group.reduce(into: ([], 0)) { $0 = ($0.0 + $1.0, $0.1 + $1.1) }
        }
        print(
            "conformance: \(scenes.count) combinations of fault, route, UFM and deed, \(requests) requests, "
                + "\(violations.count) violations")
        #expect(scenes.count > 5_000)
        #expect(violations.isEmpty, "\(violations.prefix(12).joined(separator: "\n"))")
    }

    /// Whether an error says what it is.
    private static func judge(_ error: UFMError, _ scene: Scene, _ step: Step, _ bench: inout Bench) {
        // GUIDs that UFM does not take are an error of their own, fault or none.
        guard error.refusedGUIDs.isEmpty else { return }
        // So is a 500 that this UFM gives for them, when nothing can be read to tell what it was about.
        let answersWithFailure = answers[scene.answer](.init()).unknownGuid == .serverError
        if answersWithFailure, error.kind == .serverFailure, error.outcome == .unknown { return }
        if scene.isReadBackDown, error.isOutage { return }
        let fits =
            switch scene.fault {
            // The page asks for no login: it is another's.
            case .page(404), .page(200): error.isOutage && !error.isRefusedCredentials
            case .page: error.isRefusedCredentials && !error.isOutage
            case .status, .statusAfterActing, .refused, .late, .hang, .cutBeforeActing, .cutAfterActing:
                error.isOutage && !error.isRefusedCredentials
            case .duplicate, .nothingThere: false
            }
        if !fits { bench.note("\(scene.context) \(step.name): the error does not fit: \(error)") }
    }

    /// What the reconciler does when the fault is over: the same again.
    private static func repeatUntilDone(_ step: Step, _ bench: inout Bench, _ context: String) async {
        if case .setQoS = step, bench.transport.partitions[bench.key.number.value] == nil { return }
        guard let error = await bench.perform(step, context: context + " again") else { return }
        if error.refusedGUIDs != [Bench.unknownPort] { bench.note("\(context) \(step.name) again: \(error)") }
    }

    @Test("Reads under any fault tell the truth or throw, and never say that something is gone")
    func reads() async throws {
        var violations: [String] = []
        for fault in Self.faults where fault != .duplicate {
            for route in Self.routes where route.method == "GET" {
                let bench = try Bench()
                try await Step.replace([Bench.member(1)]).perform(bench.client, bench.key, from: bench.actual)
                bench.transport.inject(.init(fault: fault, method: "GET", path: route.path, count: nil))
                if fault == .page(404) {
                    // A UFM that is gone altogether: its web server knows none of its pages.
                    bench.transport.inject(.init(fault: fault, method: "GET", path: "/", count: nil))
                }
                let reads: [(String, () async throws -> Bool)] = [
                    (
                        "GET /ufmRest/app/ufm_version",
                        {
                            _ = try await bench.client.version(); return true
                        }
                    ),
                    (
                        "GET /ufmRest/resources/pkeys?guids_data",
                        { try await bench.client.snapshot()[bench.key]?.members.count == 1 }
                    ),
                    (
                        "GET /ufmRest/resources/pkeys?qos_conf",
                        { try await bench.client.qualityOfService()[bench.key.number] != nil }
                    ),
                    (
                        "GET /ufmRest/resources/pkeys/0x67",
                        { try await bench.client.partition(bench.key.number)?.members.count == 1 }
                    ),
                    (
                        "GET /ufmRest/resources/pkeys/last_updated",
                        { try await bench.client.lastUpdated() != nil }
                    ),
                ]
                for (name, read) in reads {
                    do {
                        let isTrue = try await read()
                        if !isTrue || name == "GET \(route.path)" { violations.append("\(fault) \(name): believed") }
                    } catch let error as UFMError {
                        if fault != .page(404), name != "GET \(route.path)" { violations.append("\(fault) \(error)") }
                        if error.outcome != .notApplied { violations.append("\(fault) \(name): \(error)") }
                    }
                }
            }
        }
        #expect(violations.isEmpty, "\(violations.prefix(12).joined(separator: "\n"))")
    }

    @Test("A read that says that nothing is there does not make a request throw members out")
    func lyingRead() async throws {
        let some = [Bench.member(1), Bench.member(2), Bench.member(3)]
        let unknown = Member(guid: Bench.unknownPort, index0: false)
        for answers in Self.answers.dropFirst() {
            for step in [Step.add([Bench.member(4), unknown]), .replace(some + [unknown])] {
                for times in [1, 2, nil] {
                    var bench = try Bench(switches: answers(.init()))
                    await bench.prepare([Bench.member(1)])
                    await bench.perform(.add(Array(some.dropFirst())))
                    bench.transport.inject(
                        .init(
                            fault: .nothingThere, method: "GET", path: "/ufmRest/resources/pkeys/0x67", count: times))
                    await bench.perform(step)
                    #expect(some.allSatisfy { bench.members[$0.guid] == $0 }, "\(step.name), \(times ?? 0) lies")
                    bench.transport.clearFaults()
                    await Self.repeatUntilDone(step, &bench, "after lies")
                    #expect(bench.violations.isEmpty, "\(bench.violations)")
                    #expect(some.allSatisfy { bench.members[$0.guid] == $0 })
                }
            }
        }
    }
}
