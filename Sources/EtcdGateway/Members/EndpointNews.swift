/// What is told of one endpoint while others do its work.
package enum EndpointNews: Sendable {
    /// It answers in a way that does not mend itself.
    case isOdd(EtcdError)
    /// It does its work again.
    case isWell(EtcdEndpoint)
}

/// What was told of endpoints, so that each trouble is told once. Pure.
struct EndpointTroubles {
    private var told: [EtcdEndpoint: EtcdError.Kind] = [:]

    /// An endpoint has failed, and others are asked; gives what to tell.
    mutating func failed(_ error: EtcdError) -> EndpointNews? {
        guard let endpoint = error.endpoint, error.belongsToEndpoint, !error.isOutage,
            told.updateValue(error.kind, forKey: endpoint) != error.kind
        else { return nil }
        return .isOdd(error)
    }

    /// An endpoint has answered as it should; gives what to tell.
    mutating func answered(_ endpoint: EtcdEndpoint) -> EndpointNews? {
        told.removeValue(forKey: endpoint) == nil ? nil : .isWell(endpoint)
    }
}
