"""The board on each site's fence, with a photo that proves it."""

from datetime import datetime, timedelta
from functools import partial

from demo import projects, scenario
from demo.papers import board_photo
from demo.projects import SiteProject
from notices import services as notices


class Scenario(scenario.Scenario):
    """A board on every site but those whose story lacks one."""

    def plan(self) -> None:
        for one in self.story.part(projects.Scenario).projects:
            if one.site.posted and one.site.status != "prepare":
                day = one.days.begun + timedelta(days=3)
                self.story.diary.on(day, "16:10", partial(self.post_board, one))

    def post_board(self, one: SiteProject, now: datetime) -> None:
        board = notices.make_board(actor=one.admin, code=one.project.code, now=now)
        notices.record_posting(
            actor=one.admin,
            board_code=board.code,
            photo=board_photo(self.story.random),
            name="告示牌现场照片.jpg",
            place="工地大门右侧围挡",
            posted_on=now.date(),
            now=now,
        )
