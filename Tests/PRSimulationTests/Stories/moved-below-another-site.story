# A team is moved below another site. Its copy is begun anew, and its numbers go on.
node hq
node pune below hq lane 0/2 sync 5000ms
node toronto below hq lane 1/2 sync 5000ms
node team below pune lane 0/1 sync 5000ms
link pune hq delay 20ms rate 1000000
link toronto hq delay 20ms rate 1000000
link team pune delay 5ms rate 1000000
link team toronto delay 80ms rate 1000000
1000ms ask pune zlib a gives 0.0
9000ms ask team zlib a gives 0.0
9100ms ask team zlib b gives 0.0.0
10000ms move team below toronto
11000ms ask toronto zlib c gives 0.1
40000ms ask team zlib c gives 0.1
40100ms ask team zlib b
41000ms ask team zlib d
