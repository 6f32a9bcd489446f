/// The pages that Apache puts in front of UFM's own answers.
enum HTMLPage {
    static let contentType = "text/html; charset=iso-8859-1"

    /// Apache's page for a status; the 401 holds `error 401`, which clients look for.
    static func error(_ status: Int) -> String {
        let title = reasons[status] ?? "Error"
        let text = explanations[status] ?? "The server answered with error \(status)."
        return """
            <!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">
            <html><head>
            <title>\(status) \(title)</title>
            </head><body>
            <h1>\(title)</h1>
            <p>Error \(status): \(text)</p>
            </body></html>

            """
    }

    /// The page a browser gets for UFM's login, seen by clients in place of a 401.
    static let login = """
        <!DOCTYPE html>
        <html><head><title>UFM Enterprise - Login</title></head><body>
        <form action="/dologin" method="post">
        <input name="httpd_username"><input name="httpd_password" type="password">
        </form>
        </body></html>

        """

    private static let reasons = [
        302: "Found", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed",
        408: "Request Timeout", 414: "Request-URI Too Long", 429: "Too Many Requests", 500: "Internal Server Error",
        502: "Proxy Error", 503: "Service Unavailable", 504: "Gateway Timeout",
    ]

    private static let explanations = [
        302: "The document has moved.",
        401: "This server could not verify that you are authorized to access the document requested.",
        404: "The requested URL was not found on this server.",
        405: "The requested method is not allowed for this URL.",
        414: "The requested URL's length exceeds the capacity limit for this server.",
        502: "The proxy server received an invalid response from an upstream server.",
        503: "503 Service Temporarily Unavailable. Please try again later.",
    ]
}
