package import EtcdGateway
package import KeyHistory
package import Reconciler

/// Makes calls of etcd whose errors are told in the engine's terms.
package struct EtcdCall: Sendable {
    private let advice: Failure.Advice

    package init(_ advice: @escaping Failure.Advice) {
        self.advice = advice
    }

    package func callAsFunction<Value>(_ call: () async throws(EtcdError) -> Value) async throws(Failure) -> Value {
        do throws(EtcdError) {
            return try await call()
        } catch {
            throw failure(error)
        }
    }

    package func failure(_ error: EtcdError) -> Failure { Failure(error, advice) }
}

extension TransactionCondition {
    /// That keys stand so: at these versions, with these values.
    package static func those(of states: [KeyName: KeyState]) -> [TransactionCondition] {
        states.sorted { $0.key < $1.key }.flatMap { key, state in
            [.modRevision(key: key.bytes, equals: state.version.number)]
                + (state.value.map { [.value(key: key.bytes, equals: $0)] } ?? [])
        }
    }
}
