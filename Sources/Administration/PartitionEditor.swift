package import Fabric
package import Planning
package import UFMClient

/// Changes one partition as somebody asks for it: adds members, removes some, or sets them all.
package struct PartitionEditor: Sendable {
    private let client: UFMClient
    private let writer: PartitionWriter

    package init(_ client: UFMClient) {
        self.client = client
        writer = PartitionWriter(client)
    }

    /// Creates a partition without members; false where there was one already, which is left as it was.
    package func create(_ pkey: PKey, ipOverIB: Bool, index0: Bool) async throws(UFMError) -> Bool {
        let new = NewPartition(pkey, ipOverIB: ipOverIB, by: .empty(index0: index0))
        return try await writer.perform([.create(new)]).outcome != .alreadyThere
    }

    /// Deletes a partition; false where there was none.
    package func delete(_ pkey: PKey) async throws(UFMError) -> Bool {
        let report = try await writer.perform([.delete(pkey)])
        if let refusal = report.refusal, try await client.partition(pkey.number) != nil { throw refusal }
        return report.outcome != .wasAbsent
    }

    /// Adds members, all of them whether they are there or not; creates the partition if there is none.
    ///
    /// - Parameter ipOverIB: nil for what the partition has, or no IP over IB for a new one.
    package func add(
        _ members: [Member], to pkey: PKey, ipOverIB: Bool?, progress: UFMClient.MemberProgress? = nil
    ) async throws(UFMError) {
        // Read first: every addition sets the flag of the whole partition, and one that is there is never made anew.
        let step: PlanStep
        if let current = try await client.partition(pkey.number) {
            step = .add(pkey, members, ipOverIB: ipOverIB ?? current.ipOverIB)
        } else {
            step = .create(NewPartition(pkey, members, ipOverIB: ipOverIB ?? false, by: .adding))
        }
        try await writer.perform([step], progress: progress)
    }

    /// Removes ports; false where there is no such partition.
    package func remove(
        _ guids: [GUID], from pkey: PKey, progress: UFMClient.MemberProgress? = nil
    ) async throws(UFMError) -> Bool {
        guard try await client.partition(pkey.number) != nil else { return false }
        try await writer.perform([.remove(pkey, guids)], progress: progress)
        return true
    }

    /// What sets the members of a partition.
    package struct Setting: Sendable {
        /// As UFM has it; nil where it does not.
        package let current: Partition?
        package let goal: PartitionGoal
        package let difference: Difference
        /// None where the members are those already.
        package let steps: [PlanStep]

        package init(_ members: [Member], of pkey: PKey, ipOverIB: Bool?, current: Partition?, limits: UFMLimits) {
            self.current = current
            goal = PartitionGoal(pkey, members: members, ipOverIB: ipOverIB ?? current?.ipOverIB ?? false)
            difference = Difference(from: current, to: goal)
            steps = Planner(enforcesFlags: true, limits: limits).steps(for: goal, actual: current)
        }
    }

    /// Reads the partition, and says what sets its members to these; changes nothing.
    package func setting(
        _ members: [Member], of pkey: PKey, ipOverIB: Bool?
    ) async throws(UFMError) -> Setting {
        Setting(
            members, of: pkey, ipOverIB: ipOverIB, current: try await client.details(pkey.number),
            limits: client.configuration.limits)
    }

    package func perform(
        _ setting: Setting, progress: UFMClient.MemberProgress? = nil
    ) async throws(UFMError) {
        try await writer.perform(setting.steps, progress: progress)
    }

    /// What is left to do after a setting, by what UFM shows: nothing differs where it is as it should be.
    ///
    /// UFM 6.19 is known to take some requests without doing all that they say.
    package func remainder(of setting: Setting) async throws(UFMError) -> Difference {
        var result: Result<Difference, UFMError>?
        await ReadBack.untilTrue { () async in
            do throws(UFMError) {
                let found = try await client.partition(setting.goal.pkey.number)
                let left = Difference(from: found, to: setting.goal)
                result = .success(left)
                return left.isEmpty && found != nil
            } catch {
                result = .failure(error)
                return false
            }
        }
        return try result?.get() ?? Difference(from: nil, to: setting.goal)
    }
}
