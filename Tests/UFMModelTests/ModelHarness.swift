import UFMModel

/// A model with a hand to write requests to it.
struct ModelHarness {
    static let basic = "Basic YWRtaW46MTIzNDU2"
    static let a = "946dae03005985c8"
    static let b = "946dae03005985cc"
    static let c = "0002c9000100d051"
    static let guidA: UInt64 = 0x946d_ae03_0059_85c8
    static let guidB: UInt64 = 0x946d_ae03_0059_85cc
    static let guidC: UInt64 = 0x0002_c900_0100_d051

    var model: UFM
    var now = Moment(monotonic: 0, wall: 1_730_016_556_123_456_789)

    init(_ change: (inout UFM.Configuration) -> Void = { _ in }) throws {
        var configuration = UFM.Configuration()
        change(&configuration)
        model = try UFM(configuration: configuration)
    }

    /// A model with a partition 0x5 of A (full, index 0) and B (limited).
    static func withTwoMembers(_ change: (inout UFM.Configuration) -> Void = { _ in }) throws -> ModelHarness {
        try ModelHarness { configuration in
            configuration.partitions = [
                Partition(
                    key: 5, members: [guidA: .init(.full, index0: true), guidB: .init(.limited)])
            ]
            change(&configuration)
        }
    }

    /// Sends a request to a path below `/ufmRest`.
    @discardableResult
    mutating func send(_ method: String, _ path: String, _ body: String = "") -> SimulatedResponse {
        let request = SimulatedRequest(
            method: method, target: "/ufmRest" + path, authorization: Self.basic, body: Array(body.utf8))
        return model.answer(request, at: now)
    }

    /// Sends a request to any path, with no credentials but those given.
    @discardableResult
    mutating func ask(
        _ method: String, _ target: String, authorization: String? = nil, cookie: String? = nil,
        contentType: String? = nil, certificateNames: [String] = [], body: String = ""
    ) -> SimulatedResponse {
        var request = SimulatedRequest(
            method: method, target: target, authorization: authorization, body: Array(body.utf8))
        request.cookie = cookie
        request.contentType = contentType
        request.certificateNames = certificateNames
        return model.answer(request, at: now)
    }

    /// Lets time pass.
    mutating func advance(milliseconds: Int64) {
        now = Moment(
            monotonic: now.monotonic + milliseconds * 1_000_000, wall: now.wall + milliseconds * 1_000_000)
    }

    /// The members of a partition; nil if it is not there.
    func members(_ key: UInt16) -> [UInt64: Member]? {
        model.partitions[key]?.members
    }
}

/// The path of all partitions.
let pkeys = "/ufmRest/resources/pkeys"
/// A body that makes A a member of 0x5.
let addA = #"{"pkey":"0x5","guids":["\#(ModelHarness.a)"]}"#
