"""Apache Kafka through aiokafka; nothing outside this folder names the client."""
