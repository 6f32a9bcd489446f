package import EtcdGateway
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
