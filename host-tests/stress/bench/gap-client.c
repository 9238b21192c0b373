/* The least a client can do: one HEAD per connection with a gap between, read to EOF. Arguments: port, count, gap in
 * milliseconds. Prints the milliseconds from connect to the response, one line each. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char request[] = "HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int left = atoi(arguments[2]); left > 0; left--) {
    char answer[4096];
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    double start = now();
    if (connect(fd, (struct sockaddr *)&address, sizeof address) || write(fd, request, sizeof request - 1) < 0) return 1;
    if (read(fd, answer, sizeof answer) <= 0) return 1;
    printf("%f\n", now() - start);
    while (read(fd, answer, sizeof answer) > 0) continue;
    close(fd);
    usleep(1000 * atoi(arguments[3]));
  }
  return 0;
}
