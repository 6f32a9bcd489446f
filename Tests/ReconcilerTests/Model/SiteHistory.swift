import Fabric
import Foundation
import Reconciler
import TestSupport

/// A generated history of a site: a life under faults, then peace, in which everything has to come right.
enum SiteHistory {
    /// How many things happen before faults stop.
    static let steps = 100

    /// A history that broke something.
    struct Failed: Sendable {
        let seed: Seed
        let powers: Powers
        let breach: Breach
        let steps: Int
    }

    /// Runs one history.
    ///
    /// - Parameter drawn: how often answers were drawn before, if what was drawn seldom is looked for; the history then
    ///   goes on after something broke.
    /// - Parameter beforePeace: what happens last while anything may still go wrong.
    static func run(
        _ seed: Seed, _ powers: Powers, keepingJournal: Bool = false, steps: Int = steps,
        favouring drawn: [AdapterAnswers.Cell: Int]? = nil, beforePeace: (inout Site) -> Void = { _ in }
    ) -> Site {
        var site = Site(seed: seed, powers: powers, keepingJournal: keepingJournal)
        site.favoured = drawn
        site.furnish()
        site.start()
        if powers.has(.twoDaemons) { site.start() }
        // Some histories are busy, others see one resync after the other.
        let tempo = site.draw(3...14)
        while site.breach == nil || drawn != nil, site.steps < steps {
            if site.once(in: tempo) { site.befall() } else { site.step(until: site.now + .seconds(40)) }
        }
        beforePeace(&site)
        if site.breach == nil { site.settle() }
        return site
    }

    /// Some of the powers: few, so that what one does is not hidden by what the others do.
    static func some(of powers: Powers, _ random: inout SeededGenerator) -> Powers {
        let share = Int.random(in: 2...8, using: &random)
        // Stores that lie, and daemons that begin anew, break most when they come together: every third history is of those.
        let isOfStores = Int.random(in: 0..<3, using: &random) == 0
        return Powers(
            powers.list.filter { power in
                let share = isOfStores ? (power.isOfStores ? 2 : 3 * share) : share
                return Int.random(in: 0..<share, using: &random) == 0
            })
    }

    /// Where the powers of a seed's history come from.
    static func generatorOfPowers(_ seed: Seed) -> SeededGenerator {
        SeededGenerator(seed: seed.value &* 3)
    }

    /// Runs that many histories on all processors.
    ///
    /// - Parameters:
    ///   - mostFailed: after so many failures of one processor the rest is spared.
    ///   - drawn: how often answers were drawn before, if those that seldom were are to be; then histories go on after
    ///     something broke.
    ///   - choose: gives the powers of a history.
    static func run(
        _ count: Int, from first: Seed, mostFailed: Int = 1, steps: Int = steps,
        favouring drawn: [AdapterAnswers.Cell: Int]? = nil,
        beforePeace: @escaping @Sendable (inout Site) -> Void = { _ in },
        choosing choose: @escaping @Sendable (inout Powers, inout SeededGenerator) -> Void
    ) async -> (tally: Tally, failed: [Failed]) {
        let workers = ProcessInfo.processInfo.activeProcessorCount
        return await withTaskGroup(of: (Tally, [Failed]).self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var (tally, failed): (Tally, [Failed]) = (Tally(), [])
                    for number in stride(from: worker, to: count, by: workers) where failed.count < mostFailed {
                        let seed = first.followed(by: number)
                        var (powers, random) = (Powers(), generatorOfPowers(seed))
                        choose(&powers, &random)
                        let site = run(
                            seed, powers, steps: steps, favouring: drawn?.merging(tally.cells, uniquingKeysWith: +),
                            beforePeace: beforePeace)
                        tally.add(site)
                        if let breach = site.breach {
                            failed.append(Failed(seed: seed, powers: powers, breach: breach, steps: site.steps))
                        }
                        // Others wait for this thread.
                        await Task.yield()
                    }
                    return (tally, failed)
                }
            }
            return await group.reduce(into: (Tally(), [Failed]())) { sum, part in
                sum.0.add(part.0)
                sum.1 += part.1
            }
        }
    }
}
