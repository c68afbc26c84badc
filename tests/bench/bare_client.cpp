// A CURVE client with nothing else: what an agent's footprint is compared with.
// wf-bench-bare-client ENDPOINT SERVER_KEY PUBLIC_KEY SECRET_KEY
#include <zmq.h>

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  void* context = zmq_ctx_new();
  void* socket = zmq_socket(context, ZMQ_DEALER);
  zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, argv[2], 41);
  zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, argv[3], 41);
  zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, argv[4], 41);
  if (zmq_connect(socket, argv[1]) != 0) return 1;
  char message[256];
  while (zmq_recv(socket, message, sizeof message, 0) >= 0) {
  }
  return 0;
}
