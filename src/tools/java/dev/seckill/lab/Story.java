package dev.seckill.lab;

import dev.seckill.trial.StartFailure;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What can happen to a lab while buyers buy: this is cut, that is expected, and all is mended again.
 *
 * @param label as people call it
 * @param what in half a sentence
 * @param plot what is done and seen
 */
record Story(String label, String what, Consumer<Scene> plot) {
    static final List<Story> ALL = List.of(
            new Story("paths", "there are six equal ways to the virtual IP, and all are used", LinkStories::paths),
            new Story("split", "of ten buyers the nodes get 1, 2, 3 and 4", NginxStories::split),
            new Story("link", "a link to a director loses its carrier", LinkStories::link),
            new Story("silence", "a link to a director is silent, but keeps its carrier", LinkStories::silence),
            new Story("director", "a director loses its power", DirectorStories::director),
            new Story("hang", "a director hangs, and its links keep their carrier", DirectorStories::hang),
            new Story("drain", "a director is drained before it loses its power", DirectorStories::drain),
            new Story("downloads", "downloads go on while a director loses its power", DirectorStories::downloads),
            new Story("fallback", "no director speaks OSPF any more", DirectorStories::fallback),
            new Story("nginx", "an nginx is killed", NginxStories::nginx),
            new Story("unplugged", "an nginx is unplugged", NginxStories::unplugged),
            new Story("both-nginx", "both nginx are killed", NginxStories::bothNginx),
            new Story("node", "a node is killed", NginxStories::node));

    void tell(Scene scene) {
        plot.accept(scene);
    }

    /** Those of these labels, in this order; all, if there are none. */
    static List<Story> named(List<String> labels) {
        return labels.isEmpty() ? ALL : labels.stream().map(Story::of).toList();
    }

    private static Story of(String label) {
        return ALL.stream()
                .filter(story -> story.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new StartFailure("There is no story " + label + ", but "
                        + ALL.stream().map(Story::label).collect(Collectors.joining(" ")) + "."));
    }
}
