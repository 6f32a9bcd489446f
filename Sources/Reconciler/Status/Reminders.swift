/// Which troubles last, and when that is to be said again: after a minute, and then ever less often. Pure.
struct Reminders: Sendable {
    enum Trouble: Hashable, Sendable {
        case source(SourceID)
        case fabric
        case ledger
        /// Partitions are not in step.
        case failing
        /// Deletions are held back.
        case guarded
    }

    /// So long after its beginning a trouble is told again; then each so often as the last of these.
    private static let moments: [Duration] = [.seconds(60), .seconds(300), .seconds(900), .seconds(3_600)]

    private struct Course {
        let since: Duration
        var told = 0

        /// When it is to be told next.
        var next: Duration {
            let moments = Reminders.moments
            let last = moments[moments.count - 1]
            return since + (told < moments.count ? moments[told] : last * (told - moments.count + 2))
        }
    }

    private var courses: [Trouble: Course] = [:]

    /// Takes what troubles there are, each with its beginning where that is known.
    ///
    /// - Returns: those to be told again, with how long they have lasted; and those that have ended after they were told
    ///   again.
    mutating func take(
        _ troubles: [Trouble: Duration?], now: Duration
    ) -> (again: [(Trouble, Duration)], ended: [(Trouble, Duration)]) {
        var (again, ended): ([(Trouble, Duration)], [(Trouble, Duration)]) = ([], [])
        for (trouble, course) in courses where troubles[trouble] == nil {
            courses[trouble] = nil
            if course.told > 0 { ended.append((trouble, now - course.since)) }
        }
        for (trouble, since) in troubles {
            var course = courses[trouble] ?? Course(since: since ?? now)
            if course.next <= now {
                again.append((trouble, now - course.since))
                // One that was looked at late is told once.
                while course.next <= now { course.told += 1 }
            }
            courses[trouble] = course
        }
        return (again, ended)
    }
}

extension Duration {
    /// `45 s`, `5 min`, `2 h 10 min`: as people say how long something lasts.
    var roughly: String {
        let seconds = components.seconds
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3_600 { return "\(seconds / 60) min" }
        let minutes = seconds % 3_600 / 60
        return minutes == 0 ? "\(seconds / 3_600) h" : "\(seconds / 3_600) h \(minutes) min"
    }
}
