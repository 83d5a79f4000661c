"""The local cluster of script/cluster: three Kafka nodes and a schema registry on 127.0.0.1.

process.py   a child that outlives us: pid file, signals, log
wire.py      the two Kafka requests that tell whether a broker is up
settings.py  names, ports and folders
broker.py    one Kafka node          registry.py  the schema registry
cluster.py   all of them together
pom.xml      Kafka's jars            log4j2*.xml  the logs of the brokers and of Kafka's tools
"""
