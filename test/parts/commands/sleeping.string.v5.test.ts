// A mote that sleeps and takes commands and a configuration, with a broker that speaks MQTT 5.0: the same suite.
import './sleeping.test.ts';
