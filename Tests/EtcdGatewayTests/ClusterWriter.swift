import Foundation
import KeyHistory
import TestSupport
import Testing

@testable import EtcdGateway

/// Puts one key of a small set after another, and knows of each put whether it was made and at which revision.
actor ClusterWriter {
    struct Put: Sendable, Equatable {
        let key: [UInt8]
        let value: [UInt8]
        /// When the writer learned of its success; nil where it was told of a failure and read the key back.
        let acknowledged: ContinuousClock.Instant?
    }

    /// All puts that were made, by revision.
    private(set) var made: [Int64: Put] = [:]
    /// How many ended without a word on their outcome.
    private(set) var unknown = 0
    /// The longest time between two puts that succeeded.
    private(set) var longestGap = Duration.zero

    private let client: EtcdClient
    private let prefix: String
    /// The key that each place of the set has at the moment, by its generation.
    private var generations = [Int](repeating: 0, count: 16)
    /// Puts of which nobody knows. Their keys are not written again, so that each can be read back at any time.
    private var unsettled: [(key: [UInt8], value: [UInt8])] = []
    /// Puts that were refused for certain, by value, and what was said.
    private var refused: [[UInt8]: EtcdError] = [:]
    private var number = 0
    private var lastSuccess: ContinuousClock.Instant?

    init(_ client: EtcdClient, _ prefix: String) {
        self.client = client
        self.prefix = prefix
    }

    /// Puts a key every 10 ms until the task is cancelled.
    func run() async throws(EtcdError) {
        var next = ContinuousClock.now
        while !Task.isCancelled {
            try await putOne()
            next = max(next + .milliseconds(10), .now)
            try? await Task.sleep(until: next, clock: .continuous)
        }
    }

    private func putOne() async throws(EtcdError) {
        number += 1
        let place = number % generations.count
        let (key, value) = ("\(prefix)\(place)-\(generations[place])".bytes, "\(number)".bytes)
        do throws(EtcdError) {
            let revision = try await client.put(key, value)
            let now = ContinuousClock.now
            if let lastSuccess { longestGap = max(longestGap, lastSuccess.duration(to: now)) }
            lastSuccess = now
            made[revision] = Put(key: key, value: value, acknowledged: now)
        } catch {
            if error.isOutcomeUnknown {
                generations[place] += 1
                unsettled.append((key, value))
                unknown += 1
            } else {
                guard error.isOutage else { throw error }
                refused[value] = error
            }
            await client.leave(after: error)
        }
    }

    /// Reads back what is not known, until every revision up to the store's is a put of ours.
    ///
    /// A put may be made long after its writer gave up; it can then be told only by the revision that it leaves.
    func settle(after base: Int64) async throws {
        do throws(HarnessError) {
            try await eventually("full account of the revisions") {
                for put in unsettled {
                    guard let found = try await client.get(put.key), found.value == put.value else { continue }
                    made[found.modRevision] = Put(key: put.key, value: put.value, acknowledged: nil)
                }
                return try await missing(after: base).isEmpty
            }
        } catch {
            for revision in try await missing(after: base) {
                let page = try await client.range(.prefix(prefix.bytes), revision: revision)
                let put = page.keyValues.first { $0.modRevision == revision }
                let known = made.filter { $0.value.value == put?.value }.keys.sorted()
                let error = put.flatMap { refused[$0.value] }
                Issue.record(
                    """
                    revision \(revision) is a put of \(String(decoding: put?.value ?? [], as: UTF8.self)), of which the \
                    writer knows revisions \(known), refusal \(error.map { "\($0)" } ?? "none")
                    """)
            }
            throw error
        }
    }

    private func missing(after base: Int64) async throws(EtcdError) -> [Int64] {
        let store = try await client.range(.prefix(prefix.bytes), countOnly: true).header.revision
        return (base..<max(base, store)).map { $0 + 1 }.filter { made[$0] == nil }
    }
}

/// What a follower told, in its order and with the times.
struct FollowerRecord: Sendable {
    private(set) var events: [(event: FollowerEvent, time: ContinuousClock.Instant)] = []
    /// The last revision told.
    private(set) var position: Int64 = 0
    private(set) var keys: [[UInt8]: [UInt8]] = [:]
    private(set) var lists: [RelistReason] = []
    private(set) var errors: [EtcdError] = []
    private(set) var returns: [Duration] = []
    private(set) var longestGap = Duration.zero
    private var lastTold: ContinuousClock.Instant?

    mutating func take(_ event: FollowerEvent) {
        let now = ContinuousClock.now
        events.append((event, now))
        switch event {
        case .listed(let list, let reason):
            lists.append(reason)
            position = list.revision.number
            keys = list.byKey
        case .changed(let point, let changes):
            position = point.revision.number
            for change in changes { keys[change.key.bytes] = change.value }
        case .progress: return
        case .lost(let error):
            errors.append(error)
            return
        case .restored(let duration, _):
            returns.append(duration)
            return
        }
        if let lastTold { longestGap = max(longestGap, lastTold.duration(to: now)) }
        lastTold = now
    }

    /// All that is wrong with it, where these puts and no others were made.
    func faults(made: [Int64: ClusterWriter.Put], after base: Int64) -> [String] {
        var faults: [String] = []
        var known = base
        var state: [[UInt8]: [UInt8]] = [:]
        for (event, _) in events {
            switch event {
            case .listed(let list, let reason):
                let revision = list.revision.number
                if revision < known { faults.append("list (\(reason)) of \(revision) after \(known)") }
                while known < revision {
                    known += 1
                    if let put = made[known] { state[put.key] = put.value }
                }
                if list.byKey != state { faults.append("list (\(reason)) of \(revision) differs") }
            case .changed(let point, let changes):
                let revision = point.revision.number
                if revision != known + 1 { faults.append("revision \(revision) after \(known)") }
                known = revision
                let put = made[revision]
                if changes.map(\.key.bytes) != [put?.key] || changes.map(\.value) != [put?.value] {
                    faults.append("revision \(revision) is not what was put")
                }
                if let put { state[put.key] = put.value }
            case .progress(let point):
                // No revision but the puts' exists.
                let revision = point.revision.number
                if revision > known { faults.append("progress \(revision) after \(known)") }
            case .lost, .restored: break
            }
        }
        return faults
    }

    /// The longest time from the word that a put was made to the event of it; events that come first count as none.
    func longestDelay(made: [Int64: ClusterWriter.Put]) -> Duration {
        events.reduce(.zero) { longest, told in
            guard case .changed(let point, _) = told.event,
                let acknowledged = made[point.revision.number]?.acknowledged
            else { return longest }
            return max(longest, acknowledged.duration(to: told.time))
        }
    }
}
