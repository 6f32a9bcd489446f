package import Fabric

/// What came of a step.
package enum StepOutcome: Sendable, Equatable {
    /// UFM has taken it.
    case done
    /// UFM has taken the quality of service and still reports another: it comes with UFM's next restart. To set it again
    /// is of no use.
    case afterRestart
    /// The partition that was to be made empty was there before, and is as it was.
    case alreadyThere
    /// The partition that was to be deleted was not there.
    case wasAbsent
    /// The one request that sets all members was refused, for what may be one GUID or their number (400, 404, 413), or
    /// failed (500) and may have been carried out, as the error says.
    case refusedWhole(UFMError)
    /// To a request that adds UFM said 404, and to a read that there is no such partition.
    case noSuchPartition(UFMError)
    /// This UFM has no request that makes an empty partition (404, 405, 501), none that sets all members, or none for us
    /// (403, 405, 501), or none that deletes a partition, which is there (404, 405, 501).
    case noSuchCall(UFMError)
}

extension UFMClient {
    /// Carries out one step, in as many pieces as UFM takes, and says what came of it.
    ///
    /// Never in another way than the step says: where UFM refuses it, the outcome tells what the planner is to be asked
    /// next. All else that goes wrong throws, after a read where the answer to a write was lost or doubtful and a read
    /// can tell. A success means that UFM has recorded the change; its subnet manager programs the ports some time after.
    ///
    /// - Parameters:
    ///   - isKnownThere: whether the partition is there beyond doubt, since a step of ours just before this was obeyed.
    ///   - progress: called as GUIDs are settled.
    package func perform(
        _ step: PlanStep, isKnownThere: Bool = false, progress: MemberProgress? = nil
    ) async throws(UFMError) -> StepOutcome {
        let begin = ContinuousClock.now
        do throws(UFMError) {
            let outcome = try await carryOut(step, isKnownThere: isKnownThere, progress: progress)
            changed?(step, .success(outcome), begin.duration(to: .now))
            return outcome
        } catch {
            changed?(step, .failure(error), begin.duration(to: .now))
            throw error
        }
    }

    private func carryOut(
        _ step: PlanStep, isKnownThere: Bool, progress: MemberProgress?
    ) async throws(UFMError) -> StepOutcome {
        switch step {
        case .create(let new):
            switch new.way {
            case .empty(let index0): return try await createEmpty(new, index0: index0)
            case .whole: return try await setAll(new, .create([]), progress)
            case .adding:
                return try await addMembers(new, isKnownThere: isKnownThere, progress: progress)
            }
        case .add(let pkey, let members, let ipOverIB):
            let new = NewPartition(pkey, members, ipOverIB: ipOverIB, by: .adding)
            return try await addMembers(new, isKnownThere: isKnownThere, progress: progress)
        case .remove(let pkey, let guids):
            try await removeMembers(guids, from: pkey, progress: progress)
            return .done
        case .replace(let pkey, let members, let ipOverIB, let qos):
            let whole = NewPartition(pkey, members, ipOverIB: ipOverIB, qos: qos, by: .whole)
            return try await setAll(whole, .replace([]), progress)
        case .setQoS(let pkey, let qos): return try await setQoS(of: pkey, to: qos)
        case .delete(let pkey): return try await deletePartition(pkey)
        }
    }

    /// Creates a partition without members.
    ///
    /// UFM before 6.15 has no such call, and none keeps an empty partition through the removal of its last member. Where
    /// UFM refuses because there is one already (400 or 409, by source), a read tells.
    private func createEmpty(_ new: NewPartition, index0: Bool) async throws(UFMError) -> StepOutcome {
        if let flaw = new.qos?.flaw { throw invalid(.create([]), flaw) }
        let name = try await accepted(new.name)
        do throws(UFMError) {
            let body = CreationBody(new.pkey, ipOverIB: new.ipOverIB, index0: index0, qos: new.qos, name: name)
            _ = try await answer(to: Call.create, body)
            return .done
        } catch {
            if error.isRejected(404, 405, 501) { return .noSuchCall(error) }
            guard error.isRejected(400, 409), try await partition(new.pkey.number) != nil else { throw error }
            return .alreadyThere
        }
    }

    /// Makes these the members of a partition, all of them and no others, in one request; creates it if need be.
    ///
    /// `index0` must be the same for all, since UFM takes one value. An empty list is an error: what UFM makes of it is
    /// not known. What UFM keeps of the partition's QoS without `qos` is not known either. The last writer wins, so two of
    /// us must not do this at once.
    private func setAll(
        _ whole: NewPartition, _ call: Call, _ progress: MemberProgress?
    ) async throws(UFMError) -> StepOutcome {
        let members = Array(Members(whole.members))
        guard let index0 = members.first?.index0 else { throw invalid(call, "no members to set for \(whole.pkey)") }
        guard members.allSatisfy({ $0.index0 == index0 }) else {
            throw invalid(call, "the members for \(whole.pkey) differ in index0")
        }
        guard members.count <= configuration.limits.replaced else {
            throw invalid(call, "\(members.count) members for \(whole.pkey) are too many for one request")
        }
        if let flaw = whole.qos?.flaw { throw invalid(call, flaw) }
        let name = try await accepted(whole.name)
        do throws(UFMError) {
            let body = MembersBody(
                whole.pkey, all: members, index0: index0, ipOverIB: whole.ipOverIB, qos: whole.qos, name: name)
            _ = try await answer(to: Call.replace, body)
            progress?(members.count, members.count)
            return .done
        } catch {
            // Who may not set members may perhaps add and remove them.
            if [403, 405, 501].contains(error.status) { return .noSuchCall(error) }
            // A page with a 500 may be of a UFM that is away, or of one that fails at this request: a read tells.
            guard error.isRejected(400, 404, 413) || error.kind == .serverFailure || error.status == 500 else {
                throw error
            }
            return .refusedWhole(error)
        }
    }

    /// Deletes a partition, members and all.
    private func deletePartition(_ key: PKey) async throws(UFMError) -> StepOutcome {
        do throws(UFMError) {
            _ = try await answer(to: .delete(key))
            return .done
        } catch let error where error.isRejected(404, 405, 501) {
            guard try await partition(key.number) != nil else { return .wasAbsent }
            guard error.status == 404 else { return .noSuchCall(error) }
            return .noSuchCall(error.asContradiction("it says 404 to the deletion of \(key), and shows it to a read"))
        }
    }

    /// Sets the quality of service of a partition that is there, all three values, and reads it back.
    ///
    /// An answer that was lost is looked for in the partition before it counts as one. A partition that is not there
    /// is an error.
    private func setQoS(of key: PKey, to qos: QualityOfService) async throws(UFMError) -> StepOutcome {
        if let flaw = qos.flaw { throw invalid(.setQoS([]), flaw) }
        do throws(UFMError) {
            _ = try await answer(to: Call.setQoS, QoSBody(pkey: key.description, qos))
        } catch {
            guard error.outcome == .unknown, let now = try? await details(key.number), now.qos == qos else {
                throw error
            }
            return .done
        }
        do throws(UFMError) {
            guard let now = try await details(key.number) else {
                throw invalid(.setQoS([]), "\(key) is not there")
            }
            return now.qos == qos ? .done : .afterRestart
        } catch {
            throw error.asPart(ofChange: true)
        }
    }
}
