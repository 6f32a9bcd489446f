// A raw relay that does the least possible: it reads etcd's watch from a socket, and for each event sends one ready-made request
// to UFM over another. It understands nothing, and checks nothing.
// relay ETCD-PORT WATCH-FILE UFM-PORT REQUEST-FILE: the files have whole requests.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int reach(const char *port) {
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(port)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int descriptor = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(descriptor, (struct sockaddr *)&server, sizeof server)) exit(1);
    return descriptor;
}

static size_t whole(const char *path, char *text, size_t room) {
    FILE *file = fopen(path, "r");
    size_t size = file ? fread(text, 1, room, file) : 0;
    if (!size) exit(1);
    return size;
}

int main(int count, char **words) {
    static char watch[4096], request[65536], answer[65536], event[1 << 20];
    if (count != 5) return 64;
    size_t watch_size = whole(words[2], watch, sizeof watch), request_size = whole(words[4], request, sizeof request);
    int etcd = reach(words[1]), ufm = reach(words[3]);
    if (write(etcd, watch, watch_size) != (ssize_t)watch_size) return 1;
    puts("READY");
    fflush(stdout);
    for (ssize_t got; (got = read(etcd, event, sizeof event - 1)) > 0;) {
        event[got] = 0;
        if (!strstr(event, "\"events\"")) continue;
        if (write(ufm, request, request_size) != (ssize_t)request_size) return 1;
        if (read(ufm, answer, sizeof answer) <= 0) return 1;
    }
    return 0;
}
