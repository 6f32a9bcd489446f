#if PLANTED_HANG
    internal import Glibc

    /// A fault that a test of the watchdog plants, in a program that is built for it alone (`-Xswiftc -DPLANTED_HANG`): the
    /// loop hangs while the file is there that `$PKEYD_HANG` names.
    enum PlantedHang {
        static func hang() {
            guard let path = getenv("PKEYD_HANG") else { return }
            while access(path, F_OK) == 0 { usleep(100_000) }
        }
    }
#endif
