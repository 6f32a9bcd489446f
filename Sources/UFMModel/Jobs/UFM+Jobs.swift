extension UFM {
    /// `GET /jobs` and `/jobs/1,2`: those that are there, with the filters of the query.
    func listJobs(_ ids: String? = nil, _ query: [String: String] = [:]) -> SimulatedResponse {
        let wanted = ids.map { Set($0.split(separator: ",").map { String($0) }) }
        var json = JSONText()
        json.array { json in
            for job in jobs {
                guard wanted?.contains(String(job.id)) ?? true,
                    query["status"].map({ $0 == job.status.rawValue }) ?? true,
                    query["operation"].map({ $0 == job.operation }) ?? true
                else { continue }
                job.write(to: &json)
            }
        }
        return .json(json.text)
    }

    /// `GET /jobs/1/info`: one job by itself.
    func jobInfo(_ id: String) throws(Refusal) -> SimulatedResponse {
        guard let job = jobs.first(where: { String($0.id) == id }) else { throw .notFound("Job \(id) was not found") }
        var json = JSONText()
        job.write(to: &json)
        return .json(json.text)
    }

    /// Removes jobs from the list; one that runs ends without having acted.
    mutating func deleteJobs(_ ids: String) -> SimulatedResponse {
        let doomed = Set(ids.split(separator: ",").map { String($0) })
        jobs.removeAll { doomed.contains(String($0.id)) }
        return .json("{}")
    }

    /// Ends all jobs that run; they do not act.
    mutating func abortJobs(at now: Moment) -> SimulatedResponse {
        for index in jobs.indices where jobs[index].status == .running {
            jobs[index].status = .aborted
            jobs[index].updated = now
        }
        return .json("{}")
    }

    /// `POST /resources/pkeys/hosts`: a job that adds all ports of the hosts.
    mutating func addHosts(
        _ bytes: [UInt8], by user: String, behind gate: Gate, at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        let body = try read(bytes, .hosts)
        return try begin(
            .add(
                membership: body.membership ?? .full, index0: body.index0 ?? false, ipOverIB: body.ipOverIB ?? true),
            on: body.pkey, hosts: body.hosts, by: user, behind: gate, at: now)
    }

    /// `DELETE /resources/pkeys/{pkey}/hosts/{list}`: a job that removes them.
    mutating func removeHosts(
        _ text: String, _ list: String, by user: String, behind gate: Gate, at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        let key = try WriteBody.writablePKey(text)
        guard partitions[key] != nil else { throw .notFound("PKey \(Spelling.pkey(key)) was not found") }
        let hosts = list.split(separator: ",").map { String($0) }
        return try begin(.remove, on: key, hosts: hosts, by: user, behind: gate, at: now)
    }

    private mutating func begin(
        _ work: Job.Work, on key: UInt16, hosts: [String], by user: String, behind gate: Gate,
        at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        if let stranger = hosts.first(where: { topology.guids(of: $0) == nil }) {
            throw .notFound("Host \(stranger) was not found")
        }
        let job = Job(
            id: nextJob, pkey: key, hosts: hosts, work: work, user: user, created: now,
            due: now.monotonic + Int64(switches.jobDelay) * 1_000_000, updated: now)
        nextJob += 1
        jobs.append(job)
        var response: SimulatedResponse
        switch switches.hostsReply {
        case .accepted:
            response = SimulatedResponse(status: 202, contentType: "application/json", body: "")
            response.headers = [.init(name: "Location", value: "\(gate.prefix)/jobs/\(job.id)")]
        case .body:
            response = .json(
                JSONText.object { $0.members([("id", String(job.id)), ("status", job.status.rawValue)]) })
        }
        response.wakeAfter = switches.jobDelay
        return response
    }

    /// Has the jobs act that are due by now.
    mutating func runJobs(at now: Moment) {
        for index in jobs.indices where jobs[index].status == .running && jobs[index].due <= now.monotonic {
            perform(jobs[index], at: now)
            jobs[index].status = .completed
            jobs[index].updated = now
        }
    }

    private mutating func perform(_ job: Job, at now: Moment) {
        let guids = job.hosts.flatMap { topology.guids(of: $0) ?? [] }
        switch job.work {
        case .add(let membership, let index0, let ipOverIB):
            _ = admit(
                guids, memberships: guids.map { _ in membership }, to: job.pkey, name: nil, index0: index0,
                ipOverIB: ipOverIB, at: now)
        case .remove:
            _ = expel(guids, from: job.pkey, at: now)
        }
    }
}
