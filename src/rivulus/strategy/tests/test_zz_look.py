import datetime as dt, pytest
from django.conf import settings
from django.test import Client
def test_look(transactional_db, live_server, browser):
    from rivulus.strategy.feeds.pack import load_pack
    from rivulus.strategy import models
    from rivulus.strategy.actions.probes import measure_all
    from rivulus.strategy.actions.assessments import declare, decide
    from rivulus.strategy.terms import State, Verdict
    from rivulus.kernel import clock
    from rivulus.identity.models import Person, Membership
    load_pack(settings.PACK_DIR)
    ps=[]
    for n in ("Ioana","Mara"):
        p=Person.objects.create(email=f"{n.lower()}@example.test", full_name=n); Membership.objects.create(person=p, role="strategy_unit"); ps.append(p)
    for d in (4,3,2,1): measure_all(now=clock.now()-dt.timedelta(days=d))
    K=dict(valid_from=clock.today(), reason="Incubatorul s-a deschis la marginea parcului industrial.", document_title="HCL 12/2026 privind incubatorul", document_url="https://example.test/12")
    declare(by=ps[0], criterion=models.Criterion.objects.get(code="E1.4"), state=State.MET, **K)
    r=declare(by=ps[0], criterion=models.Criterion.objects.get(code="E4.1"), state=State.MET, **K)
    decide(by=ps[1], assessment=r, verdict=Verdict.REFUSED, reason="Documentul nu se deschide.")
    declare(by=ps[0], criterion=models.Criterion.objects.get(code="E4.1"), state=State.IN_PROGRESS, **K)
    r2=declare(by=ps[0], criterion=models.Criterion.objects.get(code="G4.1"), state=State.MET, **K)
    decide(by=ps[1], assessment=r2, verdict=Verdict.CONFIRMED)
    link=models.ProjectCriterion.objects.order_by("id")[0]
    c=Client(); c.force_login(ps[1], backend="django.contrib.auth.backends.ModelBackend"); c.session.save()
    sid=c.cookies["sessionid"].value
    wait=models.Assessment.objects.filter(criterion__code="E4.1").latest("id")
    pages={"matrix":"/matrix/","all":"/en/matrix/?view=all","exp":"/en/matrix/?view=expected","E14":"/matrix/E1.4/","E41":"/en/matrix/E4.1/","G41":"/en/matrix/G4.1/","Me24":"/matrix/Me2.4/","list":"/en/assessments/","decide":f"/en/assessments/{wait.pk}/decide/","declare":"/en/matrix/E4.1/declare/","probes":"/en/probes/","probe":"/en/probes/criteria_with_evidence_share/","link":f"/en/links/project/{link.pk}/","badat":"/en/matrix/?at=2999-01-01&pillar=E"}
    import os
    axe=os.path.exists("/work/main/node_modules/axe-core/axe.min.js")
    for scheme in ("light",):
        for w in (1280,320):
            ctx=browser.new_context(base_url=live_server.url, viewport={"width":w,"height":900}, color_scheme=scheme, bypass_csp=True)
            ctx.add_cookies([{"name":"sessionid","value":sid,"domain":live_server.url.split("//")[1].split(":")[0],"path":"/"}])
            pg=ctx.new_page()
            for n,u in pages.items():
                if scheme=="dark" and n not in ("matrix","G41","all"): continue
                errs=[]
                pg.on("console", lambda m: errs.append(m.text) if m.type=="error" else None)
                resp=pg.goto(u); assert resp.status==200,(u,resp.status)
                sw=pg.evaluate("document.documentElement.scrollWidth")
                if sw>w: print("OVERFLOW",n,w,sw)
                pg.screenshot(path=f"/tmp/d1look/{n}-{w}-{scheme}.png", full_page=True)
                if axe:
                    pg.add_script_tag(path="/work/main/node_modules/axe-core/axe.min.js")
                    v=pg.evaluate("axe.run().then(r=>r.violations.map(v=>v.id+': '+v.nodes.length+' '+v.nodes.slice(0,2).map(n=>n.html.slice(0,140)).join(' || ')))")
                    if v: print(n,w,scheme,v)
                if errs: print("CONSOLE",n,errs[:3])
            if scheme=="light" and w==1280:
                pg.goto("/matrix/"); pg.pdf(path="/tmp/d1look/matrix.pdf", prefer_css_page_size=True, print_background=True)
            ctx.close()
