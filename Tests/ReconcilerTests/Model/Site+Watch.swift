import Fabric
import Reconciler
import TestSupport

/// How the follower of the keys goes on, as the one before etcd's gateway does it.
extension Site {
    /// The follower of a daemon tells or tries what it has to.
    mutating func follow(_ index: Int) {
        daemons[index].follower.at = nil
        switch daemons[index].follower.phase {
        case .listing: list(index, reason: "start")
        case .abroad: list(index, reason: "another cluster answers")
        case .cut: resume(index)
        case .watching: deliver(index)
        }
    }

    /// A list of all keys, or a failure of it.
    private mutating func list(_ index: Int, reason: String) {
        let kind = drawFollow(index)
        if let failure = Failure(kind) ?? missingDirectory(index) { return lose(failure, index) }
        let shown = shown(kind == .resumed ? .honest : kind)
        let isAbroad = shown.clusterID != store.clusterID
        daemons[index].follower.position = shown.revision
        daemons[index].follower.phase = isAbroad ? .abroad : .watching
        if isAbroad { daemons[index].follower.at = now + draw(1...30_000) * 1_000 } else { expectNews(index) }
        hearList(shown, index)
        daemons[index].answered.insert(.follow)
        guard find(index) else { return }
        note("watch of \(daemons[index].life): list at \(shown.revision) (\(kind)), \(words(of: shown))")
        tell(News.listed(shown, reason: reason).event, index)
    }

    /// The watch that was cut goes on where it was, if nothing seems to be wrong with that.
    private mutating func resume(_ index: Int) {
        // Before 3.4.36 and 3.5.18 a watch that resumes at a compacted revision passes over the deletions in it.
        if store.compacted == daemons[index].follower.position + 1, Bool.random(using: &random) {
            daemons[index].follower.position = store.compacted
        }
        let position = daemons[index].follower.position
        let canResume = store.revision >= position && store.compacted <= position
        guard canResume, Bool.random(using: &random) || powers.has(.restoresOvertaking) else {
            return list(index, reason: canResume ? "doubt" : "the revision went back")
        }
        if faults { count(AdapterAnswers.Cell(.follow, .resumed, .later)) }
        note("watch of \(daemons[index].life): resumes at \(position)")
        daemons[index].follower.phase = .watching
        expectNews(index)
        _ = find(index)
    }

    private mutating func deliver(_ index: Int) {
        let position = daemons[index].follower.position
        let news: ArraySlice<Store.Event>
        do throws(Store.Refusal) {
            news = try store.events(after: position)
        } catch {
            return list(index, reason: "\(error)")
        }
        guard let event = news.first(where: { $0.changes.contains(where: \.isOfKeys) }) else {
            // Progress: there is nothing new up to here.
            daemons[index].follower.position = max(position, news.last?.revision ?? position)
            daemons[index].witness.memory.reach(daemons[index].follower.position)
            return tell(News.progress(store.point(at: daemons[index].follower.position)).event, index)
        }
        daemons[index].follower.position = event.revision
        expectNews(index)
        for mark in marks[event.revision] ?? [] where !isOldNews(mark.slot, at: event.revision, index) {
            daemons[index].witness.told[mark.slot] = max(mark.era, daemons[index].witness.told[mark.slot] ?? 0)
            let wish = eras(mark.slot, from: mark.era).first?.wish
            if wish != .absent { daemons[index].witness.present.insert(mark.slot) }
            daemons[index].care.writes[mark.slot] = 0
        }
        daemons[index].witness.memory.hear(event)
        for case .set(let key) in event.changes { daemons[index].witness.names.insert(key.name) }
        note("watch of \(daemons[index].life): revision \(event.revision)")
        tell(News.changed(event, store.point(at: event.revision)).event, index)
    }

    /// Whether a change is of before what a list has shown of the key, and the store then found to be so: as where a watch
    /// lags behind. That the store has gone back since, no life can know that was shown nothing else.
    private func isOldNews(_ slot: Int, at revision: Int64, _ index: Int) -> Bool {
        let witness = daemons[index].witness
        guard let confirmed = witness.confirmed[slot], witness.noticed.isEmpty else { return false }
        return eras[slot][confirmed].revision > revision
    }

    /// When there is something to tell, it is told a moment later.
    private mutating func expectNews(_ index: Int) {
        guard daemons[index].follower.phase == .watching, daemons[index].follower.at == nil else { return }
        guard store.revision != daemons[index].follower.position else { return }
        daemons[index].follower.at = now + draw(200...20_000)
    }

    /// The store has changed.
    mutating func wakeFollowers() {
        for index in daemons.indices { expectNews(index) }
    }

    /// A daemon follows the keys anew, of which it was told nothing yet.
    mutating func followAgain(_ index: Int) {
        daemons[index].follower.at = now
    }

    private mutating func lose(_ failure: Failure, _ index: Int) {
        guard daemons[index].follower.position > 0 || failure.isWaitedFor else {
            note("watch of \(daemons[index].life): \(failure.message)")
            daemons[index].hear(from: .keys, isRefused: failure.isRefusal, now: now)
            return tell(News.ended(failure).event, index)
        }
        daemons[index].follower.at = now + draw(100...5_000) * 1_000
        guard daemons[index].follower.lostSince == nil else { return }
        daemons[index].follower.lostSince = now
        tell(News.lost(failure).event, index)
    }

    /// etcd is read again, which is told if its loss was; says whether the daemon is still the same.
    private mutating func find(_ index: Int) -> Bool {
        guard let since = daemons[index].follower.lostSince else { return true }
        let life = daemons[index].life
        daemons[index].follower.lostSince = nil
        tell(News.restored(after: now - since).event, index)
        return index < daemons.count && daemons[index].life == life
    }

    private mutating func drawFollow(_ index: Int) -> AdapterAnswers.Kind {
        let isFirst = !daemons[index].answered.contains(.follow)
        guard faults else { return .honest }
        let turn: AdapterAnswers.Turn = isFirst ? .first : .later
        var kind = AdapterAnswers.Kind.honest
        if once(in: rarity) {
            let kinds = AdapterAnswers.kinds(.follow, turn).filter { kind in
                kind != .resumed && Power.needed(for: AdapterAnswers.Cell(.follow, kind, turn)).map(powers.has) ?? false
            }
            kind = kinds.randomElement(using: &random) ?? .honest
        }
        count(AdapterAnswers.Cell(.follow, kind, turn))
        return kind
    }

    // MARK: What befalls the streams

    /// The streams end, as where a member stops or a proxy cuts; they are tried again after so long.
    mutating func cutWatches(for pause: ClosedRange<Int>) {
        for index in daemons.indices where daemons[index].follower.phase != .listing {
            daemons[index].follower.cut(until: now + draw(pause) * 1_000)
            daemons[index].hearsay = [:]
        }
    }
}

extension Store.Change {
    /// Whether the watch of the keys tells it.
    fileprivate var isOfKeys: Bool {
        switch self {
        case .set, .deleted: true
        case .record: false
        }
    }
}
