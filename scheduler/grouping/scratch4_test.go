package grouping
import ("testing";"time";"fmt";"os";"strconv")
func TestScratchLP(t *testing.T){
  n,_:=strconv.Atoi(os.Getenv("N"))
  p:=generated(n,5,2,0)
  p.Cores=2
  m,_:=newModel(&p)
  s:=newSolver(m,time.Duration(n)*5*time.Millisecond)
  s.solve()
  fmt.Println("cost",s.cost())
  p0:=s.take(everyone(len(s.groups)))
  for _,sec:=range []int{1,2,4,8,16} {
  mt:=newMeter(time.Duration(sec)*time.Second); mt.deadline=time.Now().Add(200*time.Second)
  e:=newExact(p0.table,p0.groups,mt)
  t0:=time.Now()
  r,pr:=e.relax(e.centre(),nil,nil)
  fmt.Println(sec,"bound",pr/256,time.Since(t0),"cols",len(r.columns),"left",time.Duration(mt.left))
  if mt.left>0 {break}
  }
}
