"""Writes PKey keys as pcocc does: with python-etcd, in etcd's v2 store, as the repr of a dictionary.

usage: writer.py PROTOCOL HOST PORT USER PASSWORD [CA], with lines on standard input:
    put 0x200e HOST_GUID,… VF_GUID,…      (- for none)
    delete 0x200e
    touch KEY COUNT                       (changes of others)
Each line is answered with the index at which it was done. Source: pcocc 0.7.5, Batch.py:650-690 and IBNetwork.py:140-195.
"""

import sys

import etcd

DIRECTORY = "/pcocc/global/opensm/pkeys"


def guids(text):
    return [] if text == "-" else ["0x" + guid for guid in text.split(",")]


def main():
    protocol, host, port, user, password = sys.argv[1:6]
    settings = {"host": host, "port": int(port), "protocol": protocol, "allow_reconnect": True, "read_timeout": 10}
    if len(sys.argv) > 6:
        settings["ca_cert"] = sys.argv[6]
    if user:
        settings.update(username=user, password=password)
    client = etcd.Client(**settings)
    for line in sys.stdin:
        words = line.split()
        key = "{0}/{1}".format(DIRECTORY, words[1])
        if words[0] == "put":
            # pcocc hands over the dictionary itself: python-etcd makes text of it.
            result = client.write(key, {"host_guids": guids(words[2]), "vf_guids": guids(words[3])})
        elif words[0] == "delete":
            result = client.delete(key)
        else:
            for number in range(int(words[2])):
                result = client.write(words[1], str(number))
        print(result.modifiedIndex, flush=True)


main()
