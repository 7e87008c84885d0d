# The lane of a member that has retired is given to another one, twice, and the name too once more. No lanes overlap.
seed 32
watch
node hq
node pune
node oslo
node lima
link pune hq delay 20ms rate 1000000
1000ms create hq lanes 2
10000ms join pune below hq
20000ms join oslo below hq
40000ms ask pune p c0 gives 0.0
41000ms ask pune p c1 gives 0.2
60000ms retire pune
140000ms alarm pune minting-stopped
150000ms join lima below hq
180000ms ask lima p c2 gives 0.4
200000ms retire lima
260000ms alarm lima minting-stopped
300000ms join pune below hq again
400000ms calm pune minting-stopped
400000ms ask pune p c3
