// A plain program that fetches bodies over HTTP and parses nothing: one connection each, at the same time. What it read goes
// nowhere. fetch PORT FILE [PORT FILE…]: each file has a whole request, `Connection: close` and all.
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void *fetch(void *argument) {
    char **words = argument;
    static __thread char buffer[1 << 18];
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(words[0])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    FILE *request = fopen(words[1], "r");
    size_t size = request ? fread(buffer, 1, sizeof buffer, request) : 0;
    if (!size || connect(descriptor, (struct sockaddr *)&server, sizeof server) || write(descriptor, buffer, size) != (ssize_t)size) exit(1);
    fclose(request);
    long total = 0;
    for (ssize_t got; (got = read(descriptor, buffer, sizeof buffer)) != 0; total += got) if (got < 0) exit(1);
    if (total < 100) exit(1);
    return NULL;
}

int main(int count, char **words) {
    pthread_t threads[16];
    int used = 0;
    for (int first = 1; first + 1 < count && used < 16; first += 2) pthread_create(&threads[used++], NULL, fetch, words + first);
    for (int index = 0; index < used; index++) pthread_join(threads[index], NULL);
    return 0;
}
