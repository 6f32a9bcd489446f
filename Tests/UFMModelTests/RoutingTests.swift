import Testing
import UFMModel

struct RoutingTests {
    @Test("The version is told in the long form since 6.18 and in the short form before")
    func version() throws {
        var new = try ModelHarness()
        #expect(new.send("GET", "/app/ufm_version").body.contains(#""ufm_release_version":"6.22.1-3","plugins":{}}"#))
        var old = try ModelHarness { $0.version = "6.14.5-2" }
        #expect(old.send("GET", "/app/ufm_version/").body == #"{"ufm_release_version":"6.14.5-2"}"#)
    }

    @Test(
        "A path that does not exist is answered with Apache's page",
        arguments: [
            "/nowhere", "/resources", "/resources//pkeys", "/resources/pkeys//", "/resources/pkeys/0x5/guids",
            "/resources/pkeys/0x5/members/1", "/resources/pkeys/hosts/h1", "/resources/pkeys/%zz", "/jobs/1/2", "/app",
        ])
    func unknownPath(path: String) throws {
        var ufm = try ModelHarness.withTwoMembers()
        let response = ufm.send("GET", path)
        #expect(response.status == 404)
        #expect(response.contentType.hasPrefix("text/html"))
    }

    @Test("Another prefix is no door to the resources", arguments: ["/ufmRestV4", "", "/ufmRestX", "/ufm"])
    func unknownPrefix(prefix: String) throws {
        var ufm = try ModelHarness()
        let request = SimulatedRequest(
            method: "GET", target: prefix + "/resources/pkeys", authorization: ModelHarness.basic)
        #expect(ufm.model.answer(request, at: ufm.now).status == 404)
    }

    @Test(
        "A method that a resource does not know is refused and the known ones are named",
        arguments: [
            ("DELETE", "/resources/pkeys", "GET, POST, PUT"), ("PUT", "/resources/pkeys/0x5", "GET, DELETE"),
            ("POST", "/resources/pkeys/qos_conf", "PUT"), ("PATCH", "/app/ufm_version", "GET"),
            ("GET", "/resources/pkeys/0x5/guids/\(ModelHarness.a)", "DELETE"),
        ])
    func wrongMethod(method: String, path: String, allowed: String) throws {
        var ufm = try ModelHarness.withTwoMembers()
        let response = ufm.send(method, path)
        #expect(response.status == 405)
        #expect(response.headers.map { "\($0.name): \($0.value)" } == ["Allow: \(allowed)"])
    }

    @Test(
        "The names that share the pkey's slot are never read as a pkey",
        arguments: ["add", "hosts", "qos_conf", "last_updated"])
    func sharedSlot(name: String) throws {
        var ufm = try ModelHarness()
        #expect(ufm.send("DELETE", "/resources/pkeys/\(name)").status == 405)
        #expect(ufm.send("DELETE", "/resources/pkeys/\(name)/guids/\(ModelHarness.a)").status == 404)
    }

    @Test("An empty pkey cannot be made before 6.15")
    func addIsNew() throws {
        var old = try ModelHarness { $0.version = "6.12.0-1" }
        #expect(old.send("POST", "/resources/pkeys/add", #"{"pkey":"0x5"}"#).status == 404)
    }

    @Test(
        "A request without the right credentials gets a 401 in HTML and changes nothing",
        arguments: [
            nil, "Basic YWRtaW46d3Jvbmc=", "Bearer YWRtaW46MTIzNDU2", "YWRtaW46MTIzNDU2", "Basic",
        ])
    func unauthorized(header: String?) throws {
        var ufm = try ModelHarness.withTwoMembers()
        let request = SimulatedRequest(
            method: "DELETE", target: "/ufmRest/resources/pkeys/0x5", authorization: header)
        let response = ufm.model.answer(request, at: ufm.now)
        #expect(response.status == 401)
        #expect(response.contentType.hasPrefix("text/html"))
        #expect(response.body.lowercased().contains("error 401"))
        #expect(response.headers.map { "\($0.name): \($0.value)" } == ["WWW-Authenticate: Basic realm=\"UFM\""])
        #expect(ufm.members(5) != nil)
    }

    @Test("The scheme's name may be written in any case")
    func schemeCase() throws {
        var ufm = try ModelHarness()
        let request = SimulatedRequest(
            method: "GET", target: "/ufmRest/resources/pkeys", authorization: "basic YWRtaW46MTIzNDU2")
        #expect(ufm.model.answer(request, at: ufm.now).status == 200)
    }

    @Test("A request line of 8,190 bytes passes and one of 8,191 does not")
    func requestLineLimit() throws {
        var ufm = try ModelHarness()
        let fixed = "GET /ufmRest/resources/pkeys? HTTP/1.1".utf8.count
        func path(_ length: Int) -> String {
            "/resources/pkeys?" + String(repeating: "x", count: length - fixed)
        }
        #expect(ufm.send("GET", path(8190)).status == 200)
        let refused = ufm.send("GET", path(8191))
        #expect(refused.status == 414)
        #expect(refused.contentType.hasPrefix("text/html"))
    }
}
