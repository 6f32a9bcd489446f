internal import Transport

/// Where the endpoints are.
extension MemberClient {
    /// The endpoints, each name that has several addresses once for each of them.
    ///
    /// A name that cannot be looked up just now stays what it is: whoever asks there hears why.
    package func places() async -> [EtcdEndpoint] {
        let endpoints = configuration.endpoints
        let names = Set(endpoints.map(\.url)).filter { transport.hasName($0) }
        guard !names.isEmpty else { return endpoints }
        let addresses = await withTaskGroup(of: (String, [String]).self) { group in
            for name in names { group.addTask { (name, await self.transport.addresses(of: name)) } }
            var found: [String: [String]] = [:]
            for await (name, addresses) in group { found[name] = addresses }
            return found
        }
        return endpoints.flatMap { endpoint in
            let found = addresses[endpoint.url] ?? []
            guard found.count > 1 else { return [endpoint] }
            return found.map {
                EtcdEndpoint(scheme: endpoint.scheme, host: endpoint.host, port: endpoint.port, address: $0)
            }
        }
    }
}
