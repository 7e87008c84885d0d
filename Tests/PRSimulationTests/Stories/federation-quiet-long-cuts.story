# A line is cut for most of an hour, twice, with restarts on both sides meanwhile. Numbers that are minted without the upstream are an alarm.
seed 13
watch
node hq
node pune sync 5000ms
link pune hq delay 20ms rate 1000000
1000ms create hq
10000ms join pune below hq
60000ms ask pune p c0
100000ms cut pune hq
100000ms cut hq pune
3300000ms heal pune hq
3300000ms heal hq pune
3400000ms ask pune p c1
3500000ms cut hq pune
3600000ms kill hq
3700000ms start hq
6500000ms heal hq pune
6600000ms ask pune p c2
