# The standby is promoted while the old primary goes on: a client that asks over it is answered nothing that the new one does not have.
seed 5
node hq postgresql
node hq2 on hq
1000ms ask hq p c0 gives 0
1500ms ask hq2 p c1 gives 1
2000ms database hq isolate
2001ms ask hq p c2
2002ms ask hq2 p c2
4000ms ask hq p c3 times 5
7500ms ask hq2 p c3 times 5
30000ms ask hq2 p c0
30000ms ask hq p c3
