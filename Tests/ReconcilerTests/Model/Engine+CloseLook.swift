import Fabric
import Planning

@testable import Reconciler

extension Engine {
    /// What a close look finds of partitions that are in step at one look, in words; nil where it finds nothing, as it must.
    var misjudged: String? { examined { standings, work in standings.misjudged(work) } }
}

extension Standings {
    fileprivate func misjudged(_ work: Work) -> String? {
        guard let picture else { return nil }
        let managed = picture.managed
        let plain = managed.subtracting(conspicuous(among: managed, picture))
        let nothing = Review(of: managed, lookingAt: [], picture, self, work)
        for pkey in plain.sorted() {
            var (admission, leaving) = (self.admission, self.leaving)
            let candidate = Admission.Candidate(pkey, picture.desired, record: picture.records[pkey]?.record)
            let judgement = admission.judge([candidate], owned: picture.owned, isListed: true)
            let free = leaving.index([pkey], picture, self.admission) { _ in true }
            let review = Review(of: managed, lookingAt: [pkey], picture, self, work)
            guard judgement == Admission.Judgement(), admission == self.admission, free.isEmpty,
                leaving == self.leaving, review == nothing
            else {
                let standing = picture.standing(of: pkey, self.admission, self.leaving)
                return "\(pkey) is taken to be in step, and a close look finds \(judgement), \(review): \(standing)"
            }
        }
        return nil
    }
}
