import ArgumentParser
import Fabric
import Planning

extension Membership: ExpressibleByArgument {}

extension Index0Policy: ExpressibleByArgument {}
