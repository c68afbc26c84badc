# What `cmake --install` puts where, and Debian packages of it (`./dev package`): one for each agent, one for engine and
# console. Components are packages. What belongs into packages only is EXCLUDE_FROM_ALL.
include(GNUInstallDirs)
# Packages are made of the programs: tests and benchmarks need not be built first.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(pkg ${CMAKE_SOURCE_DIR}/assets/packaging)
set(made ${CMAKE_BINARY_DIR}/packaging)
find_program(GZIP gzip REQUIRED)

# A unit names programs under the prefix that is really installed to, which is known at the installation.
function(wf_unit component template unit)
  install(CODE "set(BINDIR \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\")
set(AGENT \"${AGENT}\")\nset(GROUPS \"${GROUPS}\")
configure_file(\"${CMAKE_SOURCE_DIR}/assets/systemd/${template}.in\" \"${CMAKE_BINARY_DIR}/systemd/${unit}\" @ONLY)"
    COMPONENT ${component})
  install(FILES ${CMAKE_BINARY_DIR}/systemd/${unit} DESTINATION lib/systemd/system COMPONENT ${component})
endfunction()

# Documents, licence, changelog, configuration and maintainer scripts of a package.
function(wf_package component PACKAGE conffiles)
  set(out ${made}/${component})
  set(doc ${CMAKE_INSTALL_DATADIR}/doc/${PACKAGE})
  foreach(script postinst prerm postrm)
    configure_file(${pkg}/${script}.in ${out}/${script} @ONLY FILE_PERMISSIONS
      OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  endforeach()
  string(REPLACE ";" "\n" lines "${conffiles}")
  file(WRITE ${out}/conffiles "${lines}\n")
  configure_file(${pkg}/changelog.in ${out}/changelog @ONLY)
  execute_process(COMMAND ${GZIP} -9nkf ${out}/changelog COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${pkg}/copyright ${out}/changelog.gz DESTINATION ${doc} COMPONENT ${component} EXCLUDE_FROM_ALL)
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${PACKAGE} PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA
    "${out}/postinst;${out}/prerm;${out}/postrm;${out}/conffiles" PARENT_SCOPE)
endfunction()

install(TARGETS watchfloor RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT watchfloor)
install(DIRECTORY assets/ DESTINATION ${CMAKE_INSTALL_DATADIR}/watchfloor COMPONENT watchfloor
  PATTERN "systemd" EXCLUDE PATTERN "packaging" EXCLUDE PATTERN "pictures" EXCLUDE PATTERN "*.py" EXCLUDE
  PATTERN "tests" EXCLUDE PATTERN "__pycache__" EXCLUDE)
wf_unit(watchfloor watchfloor.service watchfloor.service)
wf_unit(watchfloor watchfloor-watch.service watchfloor-watch.service)
# A package makes the user itself, so that it does not need systemd.
install(FILES assets/systemd/watchfloor.sysusers DESTINATION lib/sysusers.d RENAME watchfloor.conf COMPONENT by_hand)
foreach(page README.md:README.md console/config/README.md:config.md console/watchdog/README.md:watch.md
    assets/systemd/README.md:services.md)
  string(REPLACE ":" ";" page ${page})
  list(GET page 0 from)
  list(GET page 1 to)
  install(FILES ${from} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/watchfloor RENAME ${to} COMPONENT watchfloor
    EXCLUDE_FROM_ALL)
endforeach()
install(FILES ${pkg}/watchfloor.yaml ${pkg}/watch.conf DESTINATION /etc/watchfloor COMPONENT watchfloor EXCLUDE_FROM_ALL)
set(SERVICES "watchfloor.service watchfloor-watch.service")
set(STATE "/var/lib/watchfloor /var/lib/watchfloor-watch /var/lib/private/watchfloor-watch")
set(SECRETS "/etc/credstore/watchfloor-watch.token")
set(POSTINST_USER [=[
    if ! getent passwd watchfloor >/dev/null; then
      adduser --system --group --quiet --home /var/lib/watchfloor --no-create-home --gecos "Watchfloor engine" watchfloor
    fi
    # The settings may hold a secret address (the heartbeat's).
    if [ -z "$previous" ] && [ -e /etc/watchfloor/watchfloor.yaml ]; then
      chgrp watchfloor /etc/watchfloor/watchfloor.yaml
      chmod 640 /etc/watchfloor/watchfloor.yaml
    fi]=])
set(POSTINST_SERVICES [=[
    service watchfloor.service /etc/watchfloor/watchfloor.yaml '^listen:' \
      "The engine: edit /etc/watchfloor/watchfloor.yaml, then systemctl enable --now watchfloor. The demo: watchfloor demo"
    service watchfloor-watch.service /etc/watchfloor/watch.conf '^WATCH_OPTIONS=' \
      "To watch an engine on another machine: /etc/watchfloor/watch.conf says how"]=])
wf_package(watchfloor watchfloor "/etc/watchfloor/watchfloor.yaml;/etc/watchfloor/watch.conf")
set(CPACK_COMPONENT_WATCHFLOOR_DESCRIPTION "Security operations console: engine, console and watch
Fuses what agents see at doors, cameras, networks and hosts into one wall of
alerts and one map of the site. Engine, console, command line and the watch
from outside are one program.")
set(CPACK_DEBIAN_WATCHFLOOR_PACKAGE_DEPENDS "adduser, tzdata")
set(CPACK_DEBIAN_WATCHFLOOR_PACKAGE_RECOMMENDS
  "fonts-inter, fonts-jetbrains-mono, libgl1, libgl1-mesa-dri, ca-certificates, python-cartopy-data")
set(CPACK_DEBIAN_WATCHFLOOR_PACKAGE_SUGGESTS "fonts-noto-cjk")

set(source_access "mapped:/var/lib/acs/events.csv,map=/etc/watchfloor/agents/door.yaml")
set(source_camera "mapped:/var/lib/gateway/events.jsonl,map=/etc/watchfloor/agents/camera-map.yaml")
set(source_network "suricata:/var/log/suricata/eve.json")
set(source_host "\"journal:\"")
set(about_access "doors, readers and badges")
set(about_camera "cameras")
set(about_network "network sensors")
set(about_host "hosts' journals and logs")
foreach(AGENT access camera network host)
  set(name wf-agent-${AGENT})
  set(component agent-${AGENT})
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component})
  set(GROUPS adm)
  if(AGENT STREQUAL "host")
    set(GROUPS "adm systemd-journal")
  endif()
  wf_unit(${component} wf-agent.service ${name}.service)
  configure_file(${pkg}/agent-check.in ${made}/${component}/${name}-check @ONLY)
  install(PROGRAMS ${made}/${component}/${name}-check DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT ${component}
    EXCLUDE_FROM_ALL)
  set(doc ${CMAKE_INSTALL_DATADIR}/doc/${name})
  install(FILES agents/${AGENT}/README.md DESTINATION ${doc} COMPONENT ${component} EXCLUDE_FROM_ALL)
  install(FILES agents/kit/README.md DESTINATION ${doc} RENAME kit.md COMPONENT ${component} EXCLUDE_FROM_ALL)
  install(FILES agents/kit/shed/README.md DESTINATION ${doc}/shed COMPONENT ${component} EXCLUDE_FROM_ALL)
  if(AGENT STREQUAL "access" OR AGENT STREQUAL "camera")
    install(FILES agents/kit/mapped/README.md DESTINATION ${doc}/mapped COMPONENT ${component} EXCLUDE_FROM_ALL)
    install(DIRECTORY assets/mappings/ DESTINATION ${doc}/examples COMPONENT ${component} EXCLUDE_FROM_ALL)
  endif()
  if(AGENT STREQUAL "access" OR AGENT STREQUAL "camera")
    install(FILES agents/onvif/README.md DESTINATION ${doc} RENAME onvif.md COMPONENT ${component} EXCLUDE_FROM_ALL)
  endif()
  if(AGENT STREQUAL "host")
    install(FILES assets/systemd/wf-agent-host-files.conf assets/systemd/wf-agent-host-listening.conf
      DESTINATION ${doc}/examples COMPONENT ${component} EXCLUDE_FROM_ALL)
  endif()
  if(AGENT STREQUAL "camera")
    install(TARGETS wf-camera-video LIBRARY DESTINATION lib/watchfloor COMPONENT ${component})
  endif()
  if(AGENT STREQUAL "access")
    install(DIRECTORY assets/osdp DESTINATION ${doc}/examples COMPONENT ${component} EXCLUDE_FROM_ALL)
    install(DIRECTORY assets/panels DESTINATION ${doc} COMPONENT ${component} EXCLUDE_FROM_ALL)
  endif()
  set(SAMPLE_SOURCE ${source_${AGENT}})
  configure_file(${pkg}/agent.yaml.in ${made}/${component}/${AGENT}.yaml @ONLY)
  install(FILES ${made}/${component}/${AGENT}.yaml DESTINATION /etc/watchfloor/agents COMPONENT ${component}
    EXCLUDE_FROM_ALL)
  set(SERVICES "${name}.service")
  set(STATE "/var/lib/${name} /var/lib/private/${name}")
  set(SECRETS "/etc/credstore/${name}.invite")
  set(POSTINST_USER "")
  set(POSTINST_SERVICES "    service ${name}.service /etc/watchfloor/agents/${AGENT}.yaml '^sources:' \\
      \"/etc/watchfloor/agents/${AGENT}.yaml says what to do, in four steps\"")
  wf_package(${component} ${name} "/etc/watchfloor/agents/${AGENT}.yaml")
  string(TOUPPER ${component} upper)
  set(CPACK_COMPONENT_${upper}_DESCRIPTION "Watchfloor agent for ${about_${AGENT}}
Reads what is seen there and brings it to a Watchfloor engine over an
encrypted link, each event once. Keeps on its own disk what the engine has
not stored yet.")
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "tzdata")
  # Loaded where a device is asked over HTTP, or posts, or packs what it posts, or sends over TLS, or the journal is read, so nothing else tells it.
  if(AGENT STREQUAL "access" OR AGENT STREQUAL "camera")
    set(CPACK_DEBIAN_${upper}_PACKAGE_RECOMMENDS "libcurl4t64 | libcurl4, libmicrohttpd12t64 | libmicrohttpd12, zlib1g")
  elseif(AGENT STREQUAL "network")
    set(CPACK_DEBIAN_${upper}_PACKAGE_RECOMMENDS "libgnutls30t64 | libgnutls30, libmicrohttpd12t64 | libmicrohttpd12, zlib1g")
  elseif(AGENT STREQUAL "host")
    set(CPACK_DEBIAN_${upper}_PACKAGE_RECOMMENDS "libsystemd0")
  endif()
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME watchfloor)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "Watchfloor <packages@watchfloor.example>")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_SOURCE_DIR}/build/packages)
set(CPACK_COMPONENTS_ALL watchfloor agent-access agent-camera agent-network agent-host)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_STRIP_FILES ON)
# Files under /etc have absolute paths; everything else lies under /usr.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
include(CPack)
